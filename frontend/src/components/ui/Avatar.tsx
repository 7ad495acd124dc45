import { initials } from "../../lib/format";
import styles from "./Avatar.module.css";
import { Icon } from "./Icon";

export function Avatar({ name }: { name: string | null | undefined }) {
  const letters = initials(name);
  return (
    <span className={styles.avatar} aria-hidden="true">
      {letters || <Icon name="user" size={18} />}
    </span>
  );
}
