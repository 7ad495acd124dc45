import { SaveBar } from "../ui/SaveBar";
import type { EmpresaForm } from "./useEmpresaForm";

export function FormSaveBar({ form }: { form: EmpresaForm }) {
  return <SaveBar dirty={form.dirty} working={form.working} error={form.error} onSave={form.save} onDiscard={form.discard} />;
}
