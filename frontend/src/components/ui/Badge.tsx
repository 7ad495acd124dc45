import type { ReactNode } from "react";
import { cx } from "../../lib/cx";
import styles from "./Badge.module.css";
import { Icon } from "./Icon";

interface Props {
  tone?: "plain" | "solid" | "signal" | "dashed";
  children: ReactNode;
}

export function Badge({ tone = "plain", children }: Props) {
  return (
    <span className={cx(styles.badge, styles[tone])}>
      {tone === "signal" && <Icon name="alert" size={12} />}
      {children}
    </span>
  );
}
