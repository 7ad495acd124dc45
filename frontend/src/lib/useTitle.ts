import { useEffect } from "react";

/** Names the browser tab, so that history and screen readers say where one is. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Atende Ai`;
  }, [title]);
}
