import type { InputHTMLAttributes, Ref } from "react";
import { Field } from "./Field";
import styles from "./Field.module.css";

interface Props extends InputHTMLAttributes<HTMLInputElement> {
  label: string;
  hint?: string | undefined;
  error?: string | undefined;
  compact?: boolean;
  ref?: Ref<HTMLInputElement>;
}

export function TextField({ label, hint, error, compact = false, ...input }: Props) {
  return (
    <Field label={label} hint={hint} error={error} compact={compact}>
      {(control) => <input className={styles.input} {...input} {...control} />}
    </Field>
  );
}
