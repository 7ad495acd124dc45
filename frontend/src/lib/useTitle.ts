import { useEffect } from "react";

/** Names the browser tab, so that history and screen readers say where one is. Null leaves the name to somebody else. */
export function useTitle(title: string | null): void {
  useEffect(() => {
    if (title !== null) document.title = `${title} · Atende Ai`;
  }, [title]);
}
