import { Toast } from "radix-ui";
import { useCallback, useState, type ReactNode } from "react";
import { Icon } from "./Icon";
import { ToastContext, type ToastMessage } from "./toast-context";
import styles from "./Toast.module.css";

interface Entry extends ToastMessage {
  id: number;
}

let lastId = 0;

export function ToastProvider({ children }: { children: ReactNode }) {
  const [entries, setEntries] = useState<Entry[]>([]);
  const show = useCallback((message: ToastMessage) => {
    lastId += 1;
    const entry = { ...message, id: lastId };
    setEntries((current) => [...current.slice(-2), entry]);
  }, []);

  return (
    <ToastContext value={show}>
      <Toast.Provider label="Aviso" duration={5_000}>
        {children}
        {entries.map((entry) => (
          <Toast.Root
            key={entry.id}
            className={styles.toast}
            type={entry.failed ? "foreground" : "background"}
            onOpenChange={(open) => {
              if (!open) setEntries((current) => current.filter(({ id }) => id !== entry.id));
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
    </ToastContext>
  );
}
