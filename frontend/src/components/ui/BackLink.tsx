import { Link } from "react-router";
import styles from "./BackLink.module.css";
import { Icon } from "./Icon";

export function BackLink({ to, children }: { to: string; children: string }) {
  return (
    <Link className={styles.back} to={to}>
      <Icon name="back" size={18} />
      {children}
    </Link>
  );
}
