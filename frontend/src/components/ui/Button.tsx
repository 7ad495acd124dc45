import type { ButtonHTMLAttributes, MouseEvent } from "react";
import { cx } from "../../lib/cx";
import styles from "./Button.module.css";
import { Icon } from "./Icon";
import type { IconName } from "./icons";

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  variant?: "primary" | "plain" | "quiet" | "danger";
  icon?: IconName;
  wide?: boolean;
  /** Work under way: the button keeps its focus and its name, and takes no second click. */
  working?: boolean;
}

export function Button({
  variant = "plain",
  icon,
  wide = false,
  working = false,
  disabled = false,
  type = "button",
  className,
  onClick,
  children,
  ...rest
}: ButtonProps) {
  const blocked = disabled || working;
  const handleClick = (event: MouseEvent<HTMLButtonElement>) => {
    // aria-disabled in place of disabled: a control that vanishes from the keyboard mid-task loses the person.
    if (blocked) event.preventDefault();
    else onClick?.(event);
  };
  return (
    <button
      {...rest}
      type={type}
      aria-disabled={blocked || undefined}
      aria-busy={working || undefined}
      className={cx(styles.button, styles[variant], wide && styles.wide, className)}
      onClick={handleClick}
    >
      {working ? <span className={styles.working} aria-hidden="true" /> : icon && <Icon name={icon} size={18} />}
      {children}
    </button>
  );
}
