import { Toast } from "radix-ui";
import { Icon } from "./Icon";
import type { ToastMessage } from "./toast-context";
import styles from "./Toast.module.css";

export interface ToastEntry extends ToastMessage {
  id: number;
}

interface Props {
  entries: readonly ToastEntry[];
  onDismiss: (id: number) => void;
}

export default function ToastList({ entries, onDismiss }: Props) {
  return (
    <Toast.Provider label="Aviso" duration={5_000}>
      {entries.map((entry) => (
        <Toast.Root
          key={entry.id}
          className={styles.toast}
          type={entry.failed ? "foreground" : "background"}
          onOpenChange={(open) => {
            if (!open) onDismiss(entry.id);
          }}
        >
          <Icon name={entry.failed ? "alert" : "check"} />
          <Toast.Description className={styles.text}>{entry.text}</Toast.Description>
          <Toast.Close className={styles.close} aria-label="Fechar aviso">
            <Icon name="close" size={18} />
          </Toast.Close>
        </Toast.Root>
      ))}
      <Toast.Viewport className={styles.viewport} label="Avisos ({hotkey})" />
    </Toast.Provider>
  );
}
