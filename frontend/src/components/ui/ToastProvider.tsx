import { lazy, Suspense, useCallback, useState, type ReactNode } from "react";
import { ToastContext, type ToastMessage } from "./toast-context";
import type { ToastEntry } from "./ToastList";

const ToastList = lazy(() => import("./ToastList"));

let lastId = 0;

/** Keeps what is being said in passing; the part that shows it is fetched with the first message. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const [entries, setEntries] = useState<ToastEntry[]>([]);
  const [used, setUsed] = useState(false);

  const show = useCallback((message: ToastMessage) => {
    lastId += 1;
    const entry = { ...message, id: lastId };
    setUsed(true);
    setEntries((current) => [...current.slice(-2), entry]);
  }, []);
  const dismiss = useCallback((id: number) => setEntries((current) => current.filter((entry) => entry.id !== id)), []);

  return (
    <ToastContext value={show}>
      {children}
      {used && (
        <Suspense fallback={null}>
          <ToastList entries={entries} onDismiss={dismiss} />
        </Suspense>
      )}
    </ToastContext>
  );
}
