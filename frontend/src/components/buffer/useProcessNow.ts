import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { post } from "../../services/api";
import { ApiError, sentenceOf } from "../../services/errors";
import type { BufferFlush } from "../../services/types";
import { useToast } from "../ui/toast-context";

/** Asks for a waiting conversation to be answered now. However often it is clicked, one request goes out at a time. */
export function useProcessNow(id: number) {
  const queryClient = useQueryClient();
  const toast = useToast();
  // The mutation's own state arrives a moment later than a second click can.
  const running = useRef(false);
  const mutation = useMutation({
    mutationFn: () => post<BufferFlush>(`/api/buffer/${id}/processar`),
    onSuccess: () => toast({ text: "Processando agora: a resposta já vai sair." }),
    onError: (error) => {
      const gone = error instanceof ApiError && error.status === 404;
      toast(gone ? { text: "Esta conversa já tinha sido processada." } : { text: sentenceOf(error), failed: true });
    },
    onSettled: async () => {
      running.current = false;
      await queryClient.invalidateQueries({ queryKey: ["buffer"] });
    },
  });
  return {
    working: mutation.isPending,
    processNow: () => {
      if (running.current) return;
      running.current = true;
      mutation.mutate();
    },
  };
}
