import type { ButtonHTMLAttributes, Ref } from "react";
import { cx } from "../../lib/cx";
import { Icon } from "./Icon";
import styles from "./IconButton.module.css";
import type { IconName } from "./icons";

interface Props extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, "children"> {
  icon: IconName;
  label: string;
  filled?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

export function IconButton({ icon, label, filled = false, disabled = false, className, onClick, type = "button", ...rest }: Props) {
  return (
    <button
      {...rest}
      type={type}
      aria-label={label}
      title={label}
      aria-disabled={disabled || undefined}
      className={cx(styles.button, filled && styles.filled, className)}
      onClick={(event) => {
        if (disabled) event.preventDefault();
        else onClick?.(event);
      }}
    >
      <Icon name={icon} />
    </button>
  );
}
