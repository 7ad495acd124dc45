import { RadioGroup } from "radix-ui";
import { useId } from "react";
import { ROLE_TEXT, type Role } from "../../lib/roles";
import { FieldError } from "../ui/FieldError";
import styles from "./RoleChoice.module.css";

const LABELS: Readonly<Record<Role, string>> = { atendente: "Atendente", gestor: "Gestor", superusuario: "Superusuário" };

interface Props {
  value: Role;
  /** Nobody grants more than they have. */
  options: readonly Role[];
  disabled?: boolean;
  error?: string | undefined;
  onChange: (role: Role) => void;
}

/** What a person may do, each choice with what it means. */
export function RoleChoice({ value, options, disabled = false, error, onChange }: Props) {
  const id = useId();
  return (
    <div className={styles.field}>
      <span className={styles.title} id={id}>
        O que pode fazer
      </span>
      <RadioGroup.Root
        className={styles.group}
        aria-labelledby={id}
        value={value}
        disabled={disabled}
        onValueChange={(next) => {
          const role = options.find((option) => option === next);
          if (role) onChange(role);
        }}
      >
        {options.map((role) => (
          <div className={styles.option} key={role}>
            <RadioGroup.Item className={styles.dot} id={`${id}-${role}`} value={role} aria-describedby={`${id}-${role}-text`}>
              <RadioGroup.Indicator className={styles.mark} />
            </RadioGroup.Item>
            <div className={styles.words}>
              <label className={styles.label} htmlFor={`${id}-${role}`}>
                {LABELS[role]}
              </label>
              <p className={styles.text} id={`${id}-${role}-text`}>
                {ROLE_TEXT[role]}
              </p>
            </div>
          </div>
        ))}
      </RadioGroup.Root>
      {error && <FieldError id={`${id}-error`} text={error} />}
    </div>
  );
}
