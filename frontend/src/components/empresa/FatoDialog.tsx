import { useState, type SubmitEvent } from "react";
import { createFato, updateFato } from "../../services/empresas";
import { ApiError, sentenceOf } from "../../services/errors";
import type { Fato } from "../../services/types";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { FieldError } from "../ui/FieldError";
import formStyles from "../ui/Form.module.css";
import { TextArea } from "../ui/TextArea";
import { TextField } from "../ui/TextField";
import { useChange } from "../ui/useChange";

interface Props {
  slug: string;
  fato: Fato | null;
  onClose: () => void;
}

export function FatoDialog({ slug, fato, onClose }: Props) {
  const [titulo, setTitulo] = useState(fato?.titulo ?? "");
  const [texto, setTexto] = useState(fato?.texto ?? "");
  const save = useChange({
    run: () => (fato ? updateFato(slug, fato.id, { titulo, texto }) : createFato(slug, { titulo, texto })),
    refresh: ["empresas", slug, "fatos"],
    done: "Fato salvo: o atendente já sabe.",
    onDone: onClose,
  });
  const failure = save.error instanceof ApiError ? save.error : null;
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <Dialog open onOpenChange={onClose} title={fato ? "Editar fato" : "Novo fato"}>
      <form className={`${formStyles.form} ${formStyles.bare}`} onSubmit={submit} noValidate>
        <TextField
          label="Assunto"
          placeholder="Estacionamento"
          maxLength={120}
          value={titulo}
          error={failure?.field("titulo")}
          onChange={(event) => setTitulo(event.target.value)}
        />
        <TextArea
          label="O que o atendente deve saber"
          placeholder="Temos convênio com o estacionamento ao lado: R$ 20,00 com o carimbo da casa."
          rows={5}
          maxLength={2_000}
          value={texto}
          error={failure?.field("texto")}
          onChange={(event) => setTexto(event.target.value)}
        />
        {save.error && !failure?.errors.length && <FieldError id="fato-erro" text={sentenceOf(save.error)} />}
        <Button type="submit" variant="primary" working={save.isPending}>
          Salvar fato
        </Button>
      </form>
    </Dialog>
  );
}
