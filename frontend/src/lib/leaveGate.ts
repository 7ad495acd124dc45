/**
 * The first to hear that the browser went back or forward: a form may hold the step before the router sees it.
 * Listeners of the window run in the order in which they came, so this module is loaded before the router starts.
 */
type Gate = (event: PopStateEvent) => void;

let gate: Gate | null = null;

window.addEventListener("popstate", (event) => gate?.(event));

/** Returns how to open the gate again. */
export function closeGate(keeper: Gate): () => void {
  gate = keeper;
  return () => {
    if (gate === keeper) gate = null;
  };
}
