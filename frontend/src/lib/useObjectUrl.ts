import { useEffect } from "react";

interface Entry {
  url: string;
  users: number;
}

const entries = new Map<Blob, Entry>();
/** Long enough for a file to pass from one component to the next, as when a list is drawn again. */
const GRACE_MS = 1_000;

function entryOf(blob: Blob): Entry {
  let entry = entries.get(blob);
  if (!entry) {
    entry = { url: URL.createObjectURL(blob), users: 0 };
    entries.set(blob, entry);
  }
  return entry;
}

function release(blob: Blob): void {
  entryOf(blob).users -= 1;
  setTimeout(() => {
    const entry = entries.get(blob);
    if (!entry || entry.users > 0) return;
    URL.revokeObjectURL(entry.url);
    entries.delete(blob);
  }, GRACE_MS);
}

/** An address for a file in memory, given back to the browser when nobody shows it any more. */
export function useObjectUrl(blob: Blob | undefined): string | undefined {
  useEffect(() => {
    if (!blob) return;
    entryOf(blob).users += 1;
    return () => release(blob);
  }, [blob]);
  return blob && entryOf(blob).url;
}
