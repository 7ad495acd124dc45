import { useState, type InputHTMLAttributes, type Ref } from "react";
import { cx } from "../../lib/cx";
import { Field } from "./Field";
import styles from "./Field.module.css";
import { IconButton } from "./IconButton";

interface Props extends Omit<InputHTMLAttributes<HTMLInputElement>, "type"> {
  label: string;
  hint?: string | undefined;
  error?: string | undefined;
  ref?: Ref<HTMLInputElement>;
}

export function PasswordField({ label, hint, error, ...input }: Props) {
  const [visible, setVisible] = useState(false);
  return (
    <Field label={label} hint={hint} error={error}>
      {(control) => (
        <div className={styles.box}>
          <input
            className={cx(styles.input, styles.withEnd)}
            type={visible ? "text" : "password"}
            spellCheck={false}
            autoCapitalize="none"
            {...input}
            {...control}
          />
          <span className={styles.end}>
            <IconButton
              icon={visible ? "eyeOff" : "eye"}
              label={visible ? "Ocultar senha" : "Mostrar senha"}
              aria-pressed={visible}
              onClick={() => setVisible(!visible)}
            />
          </span>
        </div>
      )}
    </Field>
  );
}
