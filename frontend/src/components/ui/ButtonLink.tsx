import type { ReactNode } from "react";
import { Link } from "react-router";
import { cx } from "../../lib/cx";
import styles from "./Button.module.css";
import { Icon } from "./Icon";
import type { IconName } from "./icons";

interface Props {
  to: string;
  variant?: "primary" | "plain" | "quiet";
  icon?: IconName;
  wide?: boolean;
  children: ReactNode;
}

/** A link that looks like the button it stands beside. */
export function ButtonLink({ to, variant = "plain", icon, wide = false, children }: Props) {
  return (
    <Link className={cx(styles.button, styles[variant], wide && styles.wide)} to={to}>
      {icon && <Icon name={icon} size={18} />}
      {children}
    </Link>
  );
}
