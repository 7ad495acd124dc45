import { useState, type InputHTMLAttributes } from "react";
import { Field } from "./Field";
import styles from "./Field.module.css";

interface Props extends Omit<InputHTMLAttributes<HTMLInputElement>, "value" | "onChange" | "type"> {
  label: string;
  hint?: string | undefined;
  error?: string | undefined;
  value: number | null;
  /** The unit, shown inside the field. */
  unit?: string;
  decimal?: boolean;
  onChange: (value: number | null) => void;
}

function parse(text: string, decimal: boolean): number | null {
  const clean = text.trim().replace(",", ".");
  if (clean === "") return null;
  const value = Number(clean);
  return Number.isFinite(value) && (decimal || Number.isInteger(value)) ? value : null;
}

function write(value: number | null): string {
  return value === null ? "" : String(value).replace(".", ",");
}

/** A number typed as text, so that a comma is a comma and nothing jumps under the finger that scrolls. */
export function NumberField({ label, hint, error, value, unit, decimal = false, onChange, ...input }: Props) {
  const [typed, setTyped] = useState<string | null>(null);
  const invalid = typed !== null && typed.trim() !== "" && parse(typed, decimal) === null;
  return (
    <Field label={label} hint={hint} error={invalid ? "Digite só um número." : error}>
      {(control) => (
        <div className={styles.box}>
          <input
            className={styles.input}
            type="text"
            inputMode={decimal ? "decimal" : "numeric"}
            autoComplete="off"
            {...input}
            {...control}
            value={typed !== null && (invalid || parse(typed, decimal) === value) ? typed : write(value)}
            onChange={(event) => {
              setTyped(event.target.value);
              onChange(parse(event.target.value, decimal));
            }}
            onBlur={() => {
              if (!invalid) setTyped(null);
            }}
          />
          {unit && (
            <span className={styles.unit} aria-hidden="true">
              {unit}
            </span>
          )}
        </div>
      )}
    </Field>
  );
}
