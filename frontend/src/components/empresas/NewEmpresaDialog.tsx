import { useState, type SubmitEvent } from "react";
import { slugOf } from "../../lib/slug";
import { createEmpresa } from "../../services/empresas";
import { ApiError, sentenceOf } from "../../services/errors";
import type { Empresa } from "../../services/types";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { FieldError } from "../ui/FieldError";
import formStyles from "../ui/Form.module.css";
import { TextField } from "../ui/TextField";
import { useChange } from "../ui/useChange";
import { EmpresaCreated } from "./EmpresaCreated";

/** Two fields, and then what to do next. Everything else has a good default and can come later. */
export function NewEmpresaDialog({ onClose }: { onClose: () => void }) {
  const [nome, setNome] = useState("");
  const [typedSlug, setTypedSlug] = useState<string | null>(null);
  const [missing, setMissing] = useState<{ nome?: string; slug?: string }>({});
  const [created, setCreated] = useState<Empresa | null>(null);
  const slug = typedSlug ?? slugOf(nome);
  const create = useChange({ run: () => createEmpresa({ nome: nome.trim(), slug }), refresh: ["empresas"], onDone: setCreated });

  if (created) {
    return (
      <Dialog open onOpenChange={onClose} title={`${created.nome} está pronta`}>
        <EmpresaCreated empresa={created} />
      </Dialog>
    );
  }

  const failure = create.error instanceof ApiError ? create.error : null;
  const slugError = failure?.field("slug") ?? (failure?.code === "conflito" ? failure.detail : undefined);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const wrong = {
      ...(nome.trim() === "" && { nome: "Informe o nome da empresa." }),
      ...(nome.trim() !== "" && slug === "" && { slug: "Informe o endereço." }),
    };
    setMissing(wrong);
    if (Object.keys(wrong).length === 0) create.mutate();
  };

  return (
    <Dialog open onOpenChange={onClose} title="Nova empresa" description="Só o nome e o endereço agora. O resto já vem com um bom padrão.">
      <form className={`${formStyles.form} ${formStyles.bare}`} onSubmit={submit} noValidate>
        <TextField
          label="Nome"
          placeholder="Cantina da Nonna"
          autoComplete="off"
          maxLength={255}
          value={nome}
          error={missing.nome ?? failure?.field("nome")}
          onChange={(event) => setNome(event.target.value)}
        />
        <TextField
          label="Endereço no sistema"
          hint="Letras minúsculas, números e hífens. Não muda depois."
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={60}
          value={slug}
          error={missing.slug ?? slugError}
          onChange={(event) => setTypedSlug(event.target.value === "" ? null : event.target.value)}
        />
        {create.error && !slugError && !failure?.errors.length && <FieldError id="empresa-erro" text={sentenceOf(create.error)} />}
        <Button type="submit" variant="primary" working={create.isPending}>
          Criar empresa
        </Button>
      </form>
    </Dialog>
  );
}
