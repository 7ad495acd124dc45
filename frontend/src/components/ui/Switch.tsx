import { Switch as Primitive } from "radix-ui";
import { useId } from "react";
import { FieldError } from "./FieldError";
import styles from "./Switch.module.css";

interface Props {
  label: string;
  hint?: string | undefined;
  error?: string | undefined;
  checked: boolean;
  disabled?: boolean;
  /** The one switch of a screen that matters most. */
  big?: boolean;
  /** Only the switch is drawn; the words stand elsewhere. */
  bare?: boolean;
  onChange: (checked: boolean) => void;
}

/** On or off, with its words to the left; the whole row is the target. */
export function Switch({ label, hint, error, checked, disabled = false, big = false, bare = false, onChange }: Props) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  const control = (
    <Primitive.Root
      id={id}
      className={styles.track}
      checked={checked}
      disabled={disabled}
      onCheckedChange={onChange}
      {...(bare && { "aria-label": label })}
      {...(described && { "aria-describedby": described })}
    >
      <Primitive.Thumb className={styles.thumb} />
    </Primitive.Root>
  );
  if (bare) return <span className={styles.bare}>{control}</span>;
  return (
    <div>
      <div className={styles.row} data-big={big || undefined}>
        <div className={styles.words}>
          <label className={styles.label} htmlFor={id}>
            {label}
          </label>
          {hint && (
            <p className={styles.hint} id={`${id}-hint`}>
              {hint}
            </p>
          )}
        </div>
        {control}
      </div>
      {error && <FieldError id={`${id}-error`} text={error} />}
    </div>
  );
}
