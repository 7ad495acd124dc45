import { useEffect } from "react";
import { NavigationType, useLocation, useNavigationType } from "react-router";

const positions = new Map<string, number>();

/** Going back returns to the same place of the page; going forward starts at its top. */
export function useScrollMemory(): void {
  const { key, pathname } = useLocation();
  const type = useNavigationType();

  useEffect(() => {
    const target = type === NavigationType.Pop ? (positions.get(key) ?? 0) : 0;
    window.scrollTo(0, target);
    const remember = () => positions.set(key, window.scrollY);
    window.addEventListener("scroll", remember, { passive: true });
    return () => window.removeEventListener("scroll", remember);
    // A change of filters alone (same path) keeps the page where it is.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [pathname]);
}
