import { sentenceOf } from "../../services/errors";
import { Button } from "./Button";
import { FieldError } from "./FieldError";
import styles from "./SaveBar.module.css";
import { UnsavedGuard } from "./UnsavedGuard";

interface Props {
  dirty: boolean;
  working: boolean;
  error: unknown;
  onSave: () => void;
  onDiscard: () => void;
}

/** Stands at the foot of a form for as long as something in it is not saved. */
export function SaveBar({ dirty, working, error, onSave, onDiscard }: Props) {
  return (
    <>
      <UnsavedGuard dirty={dirty} />
      {dirty && (
        <div className={styles.bar} role="region" aria-label="Alterações não salvas">
          <div className={styles.words}>
            {error ? <FieldError id="salvar-erro" text={sentenceOf(error)} /> : <p>Alterações não salvas</p>}
          </div>
          <div className={styles.actions}>
            <Button variant="quiet" onClick={onDiscard}>
              Descartar
            </Button>
            <Button variant="primary" working={working} onClick={onSave}>
              Salvar
            </Button>
          </div>
        </div>
      )}
    </>
  );
}
