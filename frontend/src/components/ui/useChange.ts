/** One act that changes something: runs it, reads again what it touched, and says how it went. */
import { useMutation, useQueryClient, type QueryKey } from "@tanstack/react-query";
import { sentenceOf } from "../../services/errors";
import { useToast } from "./toast-context";

interface Options<Input, Output> {
  run: (input: Input) => Promise<Output>;
  /** What is read again; keys that begin with it as well. */
  refresh: QueryKey;
  done?: string | ((output: Output, input: Input) => string);
  onDone?: (output: Output, input: Input) => void;
  /** Says a failure in passing: for acts with no form to say it in. */
  loud?: boolean;
}

export function useChange<Input = void, Output = unknown>({ run, refresh, done, onDone, loud = false }: Options<Input, Output>) {
  const queryClient = useQueryClient();
  const toast = useToast();
  return useMutation({
    mutationFn: run,
    onSuccess: async (output, input) => {
      if (done !== undefined) toast({ text: typeof done === "string" ? done : done(output, input) });
      onDone?.(output, input);
      await queryClient.invalidateQueries({ queryKey: refresh });
    },
    onError: (error) => {
      if (loud) toast({ text: sentenceOf(error), failed: true });
    },
  });
}
