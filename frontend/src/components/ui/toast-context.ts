/** How a screen says something in passing. Rendered once, by ToastProvider. */
import { createContext, use } from "react";

export interface ToastMessage {
  text: string;
  failed?: boolean;
}

export const ToastContext = createContext<(message: ToastMessage) => void>(() => undefined);

export function useToast(): (message: ToastMessage) => void {
  return use(ToastContext);
}
