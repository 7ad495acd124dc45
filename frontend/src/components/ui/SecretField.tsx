import { useState } from "react";
import { Button } from "./Button";
import { Field } from "./Field";
import fields from "./Field.module.css";
import styles from "./SecretField.module.css";

interface Props {
  label: string;
  hint?: string | undefined;
  error?: string | undefined;
  defined: boolean;
  final: string | null;
  /** Undefined keeps what is stored, null removes it, a text replaces it. */
  value: string | null | undefined;
  disabled?: boolean;
  /** A whole file is pasted in, not one line. */
  long?: boolean;
  onChange: (value: string | null | undefined) => void;
}

/** A credential: it can be set, replaced and removed, and never be read again. */
export function SecretField({ label, hint, error, defined, final, value, disabled = false, long = false, onChange }: Props) {
  const [replacing, setReplacing] = useState(false);
  const removed = value === null;
  const asking = !removed && (replacing || !defined || typeof value === "string");
  const keep = () => {
    setReplacing(false);
    onChange(undefined);
  };

  if (!asking) {
    return (
      <div className={fields.field}>
        <span className={fields.label}>{label}</span>
        <div className={styles.stored}>
          <p className={styles.state}>
            {removed ? (
              "Será apagada ao salvar"
            ) : (
              <>
                Definida{final ? ", termina em " : ""}
                {final && <span className={styles.final}>…{final}</span>}
              </>
            )}
          </p>
          {!disabled && (
            <div className={styles.actions}>
              {removed ? (
                <Button variant="quiet" aria-label={`Manter ${label}`} onClick={keep}>
                  Manter
                </Button>
              ) : (
                <>
                  <Button variant="quiet" aria-label={`Trocar ${label}`} onClick={() => setReplacing(true)}>
                    Trocar
                  </Button>
                  <Button variant="quiet" aria-label={`Apagar ${label}`} onClick={() => onChange(null)}>
                    Apagar
                  </Button>
                </>
              )}
            </div>
          )}
        </div>
        {hint && <p className={fields.hint}>{hint}</p>}
      </div>
    );
  }

  const props = {
    value: value ?? "",
    disabled,
    autoComplete: "off",
    spellCheck: false,
    // Password managers offer to fill whatever looks like a secret; this one is not theirs.
    "data-1p-ignore": true,
    "data-lpignore": "true",
  };
  const change = (text: string) => onChange(text === "" ? undefined : text);
  return (
    <Field label={label} hint={defined ? `${hint ? `${hint} ` : ""}A de hoje continua valendo até você salvar.` : hint} error={error}>
      {(control) => (
        <div className={styles.typing}>
          {long ? (
            <textarea className={`${fields.input} ${styles.mono}`} rows={4} {...props} {...control} onChange={(event) => change(event.target.value)} />
          ) : (
            <input className={`${fields.input} ${styles.mono}`} type="text" {...props} {...control} onChange={(event) => change(event.target.value)} />
          )}
          {defined && (
            <Button variant="quiet" aria-label={`Manter ${label}`} onClick={keep}>
              Cancelar
            </Button>
          )}
        </div>
      )}
    </Field>
  );
}
