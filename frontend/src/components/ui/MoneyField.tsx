import { useState, type InputHTMLAttributes } from "react";
import { formatMoney, parseMoney } from "../../lib/money";
import { Field } from "./Field";
import styles from "./Field.module.css";

interface Props extends Omit<InputHTMLAttributes<HTMLInputElement>, "value" | "onChange" | "type"> {
  label: string;
  hint?: string | undefined;
  error?: string | undefined;
  /** In centavos. */
  value: number | null;
  onChange: (centavos: number | null) => void;
}

/** A price as people write it (58, 58,00, R$ 1.234,50); it is put in order when the field is left. */
export function MoneyField({ label, hint, error, value, onChange, ...input }: Props) {
  const [typed, setTyped] = useState<string | null>(null);
  const invalid = typed !== null && typed.trim() !== "" && parseMoney(typed) === null;
  return (
    <Field label={label} hint={hint} error={invalid ? "Digite um preço, como 58,00." : error}>
      {(control) => (
        <input
          className={styles.input}
          type="text"
          inputMode="decimal"
          autoComplete="off"
          placeholder="R$ 0,00"
          {...input}
          {...control}
          value={typed ?? (value === null ? "" : formatMoney(value))}
          onChange={(event) => {
            setTyped(event.target.value);
            onChange(parseMoney(event.target.value));
          }}
          onBlur={() => {
            if (!invalid) setTyped(null);
          }}
        />
      )}
    </Field>
  );
}
