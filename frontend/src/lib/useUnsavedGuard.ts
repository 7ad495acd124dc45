/** Holds a navigation back while something typed is not saved: links, the back button, and closing the page. */
import { useCallback, useEffect, useRef, useState } from "react";
import { closeGate } from "./leaveGate";

interface Held {
  /** Goes where the person wanted to go. */
  leave: () => void;
}

export function useUnsavedGuard(dirty: boolean) {
  const [held, setHeld] = useState<Held | null>(null);
  const passing = useRef(false);

  useEffect(() => {
    if (!dirty) return;
    const here = window.location.hash;
    const state: unknown = window.history.state;
    const address = window.location.href;

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
      if (passing.current || window.location.hash === here) return;
      // The browser has gone already. The address is put back on top, so that one step back is where it was going.
      event.stopImmediatePropagation();
      window.history.pushState(state, "", address);
      setHeld({ leave: () => window.history.back() });
    };
    const onUnload = (event: BeforeUnloadEvent) => {
      event.preventDefault();
    };

    document.addEventListener("click", onClick, true);
    const openGate = closeGate(onPopState);
    window.addEventListener("beforeunload", onUnload);
    return () => {
      document.removeEventListener("click", onClick, true);
      openGate();
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
