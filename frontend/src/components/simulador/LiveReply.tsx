import { useEffect, useRef, useState } from "react";
import type { ChatLine } from "./chat";

/** Reads aloud each reply that arrives while one is here. */
export function LiveReply({ lines }: { lines: readonly ChatLine[] }) {
  const reply = lines.findLast(({ mine }) => !mine);
  const known = useRef<string | undefined>(undefined);
  const ready = useRef(false);
  const [text, setText] = useState("");

  useEffect(() => {
    if (ready.current && reply && reply.key !== known.current) setText(`Resposta da empresa: ${reply.text}`);
    if (lines.length > 0) ready.current = true;
    known.current = reply?.key;
  }, [lines.length, reply]);

  return (
    <p className="sr-only" aria-live="polite">
      {text}
    </p>
  );
}
