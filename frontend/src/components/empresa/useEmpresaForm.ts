/** What is being changed about an empresa and is not saved yet: only the fields that differ travel. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type ChangeEvent } from "react";
import { updateEmpresa } from "../../services/empresas";
import { ApiError } from "../../services/errors";
import { empresaQuery } from "../../services/queries";
import type { Empresa, EmpresaPatch } from "../../services/types";
import { useToast } from "../ui/toast-context";

type Editable = keyof EmpresaPatch & keyof Empresa;
type NamesOf<Value> = { [Name in Editable]: Empresa[Name] extends Value ? Name : never }[Editable];
type Typed = ChangeEvent<HTMLInputElement | HTMLTextAreaElement>;

export type EmpresaForm = ReturnType<typeof useEmpresaForm>;

export function useEmpresaForm(empresa: Empresa) {
  const queryClient = useQueryClient();
  const toast = useToast();
  const [draft, setDraft] = useState<EmpresaPatch>({});
  // A complaint about a field is over once the field is changed.
  const [answered, setAnswered] = useState<readonly string[]>([]);
  const saving = useMutation({
    mutationFn: (changes: EmpresaPatch) => updateEmpresa(empresa.slug, changes),
    onMutate: () => setAnswered([]),
    onSuccess: async (saved) => {
      queryClient.setQueryData(empresaQuery(empresa.slug).queryKey, saved);
      setDraft({});
      toast({ text: "Alterações salvas." });
      await queryClient.invalidateQueries({ queryKey: ["empresas"] });
    },
  });

  const read = <Name extends Editable>(name: Name): Empresa[Name] =>
    name in draft ? (draft[name] as Empresa[Name]) : empresa[name];

  const set = <Name extends keyof EmpresaPatch>(name: Name, value: EmpresaPatch[Name]) => {
    setAnswered((current) => [...current, name]);
    setDraft((current) => {
      const stored = name in empresa ? empresa[name as Editable] : undefined;
      const unchanged = value === undefined || JSON.stringify(stored) === JSON.stringify(value);
      const next = { ...current, [name]: value };
      if (unchanged) Reflect.deleteProperty(next, name);
      return next;
    });
  };

  const failure = saving.error instanceof ApiError ? saving.error : null;
  const errorOf = (name: string) =>
    answered.includes(name)
      ? undefined
      : failure?.errors.find(({ campo }) => campo === name || campo.startsWith(`${name}.`))?.mensagem;

  return {
    empresa,
    draft,
    dirty: Object.keys(draft).length > 0,
    working: saving.isPending,
    error: saving.error,
    errorOf,
    read,
    set,
    /** Props of a text field; an empty one is stored as null where that means "not set". */
    text: (name: NamesOf<string | null>, { required = false } = {}) => ({
      name,
      value: read(name) ?? "",
      error: errorOf(name),
      onChange: ({ target }: Typed) => set(name, (target.value === "" && !required ? null : target.value)),
    }),
    /** Props of a number field. An emptied field that needs a number is left for the API to complain about. */
    number: (name: NamesOf<number | null>) => ({
      name,
      value: read(name),
      error: errorOf(name),
      onChange: (value: number | null) => set(name, value),
    }),
    flag: (name: NamesOf<boolean>) => ({
      checked: read(name),
      error: errorOf(name),
      onChange: (value: boolean) => set(name, value),
    }),
    save: () => saving.mutate(draft),
    discard: () => {
      setDraft({});
      saving.reset();
    },
  };
}
