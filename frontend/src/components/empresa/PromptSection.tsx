import { useState } from "react";
import { formatNumber } from "../../lib/format";
import { publishPrompt } from "../../services/empresas";
import { ApiError, sentenceOf } from "../../services/errors";
import { Badge } from "../ui/Badge";
import { Button } from "../ui/Button";
import { FieldError } from "../ui/FieldError";
import formStyles from "../ui/Form.module.css";
import { Section } from "../ui/Section";
import { TextArea } from "../ui/TextArea";
import { TextField } from "../ui/TextField";
import { UnsavedGuard } from "../ui/UnsavedGuard";
import { useChange } from "../ui/useChange";
import { FactsBeside } from "./FactsBeside";
import styles from "./PromptSection.module.css";
import { PromptVersions } from "./PromptVersions";
import type { SectionProps } from "./sections";

const MAX_LENGTH = 40_000;

/** The editor with the facts beside it, and every version that was ever published. */
export default function PromptSection({ empresa }: SectionProps) {
  const { slug } = empresa;
  const published = empresa.prompt ?? "";
  const [draft, setDraft] = useState<string | null>(null);
  const [note, setNote] = useState("");
  const text = draft ?? published;
  const dirty = text !== published;
  const publish = useChange({
    run: () => publishPrompt(slug, { texto: text, nota: note.trim() || null }),
    refresh: ["empresas"],
    done: (version) => `Versão ${version.numero} publicada: vale a partir da próxima resposta.`,
    onDone: () => {
      setDraft(null);
      setNote("");
    },
  });
  const failure = publish.error instanceof ApiError ? publish.error : null;
  return (
    <div className={formStyles.stack}>
      <UnsavedGuard dirty={dirty && !publish.isPending} />
      <div className={styles.columns}>
        <Section
          title="Prompt"
          aside={empresa.prompt_versao > 0 ? <Badge>Versão {formatNumber(empresa.prompt_versao)} no ar</Badge> : <Badge tone="dashed">Nunca publicado</Badge>}
        >
          <div className={formStyles.form}>
            <div className={styles.editor}>
              <TextArea
                label="Como o atendente deve falar e agir"
                hint={`${formatNumber(text.length)} de ${formatNumber(MAX_LENGTH)} caracteres.`}
                rows={18}
                maxLength={MAX_LENGTH}
                value={text}
                error={failure?.field("texto")}
                onChange={(event) => setDraft(event.target.value)}
              />
            </div>
            {dirty && (
              <>
                <TextField
                  label="O que mudou"
                  hint="Opcional. Ajuda a achar esta versão depois."
                  maxLength={200}
                  value={note}
                  error={failure?.field("nota")}
                  onChange={(event) => setNote(event.target.value)}
                />
                {publish.error && !failure?.errors.length && <FieldError id="prompt-erro" text={sentenceOf(publish.error)} />}
              </>
            )}
            <div className={`${formStyles.actions} ${formStyles.end}`}>
              {dirty && (
                <Button variant="quiet" onClick={() => setDraft(null)}>
                  Descartar
                </Button>
              )}
              <Button variant="primary" disabled={!dirty} working={publish.isPending} onClick={() => publish.mutate()}>
                Publicar
              </Button>
            </div>
          </div>
        </Section>
        <FactsBeside slug={slug} />
      </div>
      <PromptVersions slug={slug} current={empresa.prompt_versao} dirty={dirty} />
    </div>
  );
}
