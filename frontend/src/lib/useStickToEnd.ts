import { useCallback, useLayoutEffect, useRef, type RefCallback } from "react";

/** Under this distance the reader counts as being at the end. */
const NEAR_PX = 120;

/**
 * Keeps a scrolling list at its end when something arrives there, unless the reader went up to read.
 * What grows later (an image that loads) is followed too.
 */
export function useStickToEnd(lastKey: number | string | undefined): RefCallback<HTMLElement> {
  const element = useRef<HTMLElement | null>(null);
  const atEnd = useRef(true);

  const toEnd = useCallback(() => {
    if (element.current && atEnd.current) element.current.scrollTop = element.current.scrollHeight;
  }, []);

  useLayoutEffect(toEnd, [lastKey, toEnd]);

  return useCallback(
    (node: HTMLElement | null) => {
      element.current = node;
      if (!node) return;
      const note = () => {
        atEnd.current = node.scrollHeight - node.scrollTop - node.clientHeight < NEAR_PX;
      };
      node.addEventListener("scroll", note, { passive: true });
      node.addEventListener("load", toEnd, true);
      node.addEventListener("loadedmetadata", toEnd, true);
      return () => {
        node.removeEventListener("scroll", note);
        node.removeEventListener("load", toEnd, true);
        node.removeEventListener("loadedmetadata", toEnd, true);
      };
    },
    [toEnd],
  );
}
