import type { TextareaHTMLAttributes } from "react";
import { Field } from "./Field";
import styles from "./Field.module.css";

interface Props extends TextareaHTMLAttributes<HTMLTextAreaElement> {
  label: string;
  hint?: string | undefined;
  error?: string | undefined;
}

export function TextArea({ label, hint, error, ...area }: Props) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(control) => <textarea className={styles.input} rows={3} {...area} {...control} />}
    </Field>
  );
}
