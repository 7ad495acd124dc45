import type { SelectHTMLAttributes } from "react";
import { cx } from "../../lib/cx";
import { Field } from "./Field";
import styles from "./Field.module.css";
import { Icon } from "./Icon";

interface Props extends SelectHTMLAttributes<HTMLSelectElement> {
  label: string;
  hint?: string | undefined;
  error?: string | undefined;
  compact?: boolean;
}

/** The system's own list: on a phone nothing is easier to use with one thumb. */
export function SelectField({ label, hint, error, compact = false, children, ...select }: Props) {
  return (
    <Field label={label} hint={hint} error={error} compact={compact}>
      {(control) => (
        <div className={styles.box}>
          <select className={cx(styles.input, styles.select)} {...select} {...control}>
            {children}
          </select>
          <span className={styles.arrow}>
            <Icon name="chevron" size={16} />
          </span>
        </div>
      )}
    </Field>
  );
}
