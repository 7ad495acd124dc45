/** Holds a navigation back while something typed is not saved: links, the back button, and closing the page. */
import { useCallback, useEffect, useRef, useState } from "react";

interface Held {
  /** Goes where the person wanted to go. */
  leave: () => void;
}

/** The router numbers its history entries; an address typed by hand has no number. */
function indexOf(state: unknown): number | null {
  if (typeof state !== "object" || state === null || !("idx" in state)) return null;
  return typeof state.idx === "number" ? state.idx : null;
}

export function useUnsavedGuard(dirty: boolean) {
  const [held, setHeld] = useState<Held | null>(null);
  const passing = useRef(false);

  useEffect(() => {
    if (!dirty) return;
    const here = window.location.hash;
    const index = indexOf(window.history.state);
    let returning = false;

    const onClick = (event: MouseEvent) => {
      if (passing.current || event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
      const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
      const target = link instanceof HTMLAnchorElement && link.target !== "_blank" && !link.hasAttribute("download") ? link.hash : "";
      if (!(link instanceof HTMLAnchorElement) || target === "" || target === here || !target.startsWith("#/")) return;
      event.preventDefault();
      event.stopPropagation();
      setHeld({
        leave: () => {
          window.location.hash = target;
        },
      });
    };
    const onPopState = (event: PopStateEvent) => {
      if (returning) {
        returning = false;
        event.stopImmediatePropagation();
        return;
      }
      if (passing.current || window.location.hash === here) return;
      event.stopImmediatePropagation();
      const wanted = window.location.hash;
      const arrived = indexOf(event.state);
      const delta = index !== null && arrived !== null ? arrived - index : null;
      returning = true;
      window.history.go(delta === null ? -1 : -delta);
      setHeld({
        leave: () => {
          if (delta === null) window.location.hash = wanted;
          else window.history.go(delta);
        },
      });
    };
    const onUnload = (event: BeforeUnloadEvent) => {
      event.preventDefault();
    };

    document.addEventListener("click", onClick, true);
    window.addEventListener("popstate", onPopState, true);
    window.addEventListener("beforeunload", onUnload);
    return () => {
      document.removeEventListener("click", onClick, true);
      window.removeEventListener("popstate", onPopState, true);
      window.removeEventListener("beforeunload", onUnload);
    };
  }, [dirty]);

  const leave = useCallback(() => {
    passing.current = true;
    held?.leave();
    setHeld(null);
  }, [held]);
  const stay = useCallback(() => setHeld(null), []);
  return { asking: held !== null, leave, stay };
}
