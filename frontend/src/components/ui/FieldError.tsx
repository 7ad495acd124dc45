import styles from "./Field.module.css";
import { Icon } from "./Icon";

export function FieldError({ id, text }: { id: string; text: string }) {
  return (
    <p className={styles.error} id={id} role="alert">
      <Icon name="alert" size={18} />
      <span>{text}</span>
    </p>
  );
}
