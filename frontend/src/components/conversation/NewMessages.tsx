import { useEffect, useRef, useState } from "react";
import { summaryOf } from "../../lib/conversation";
import type { Mensagem } from "../../services/types";

/** Reads aloud what arrives while the conversation is open, and only that. */
export function NewMessages({ mensagens }: { mensagens: readonly Mensagem[] }) {
  const last = mensagens.at(-1);
  const known = useRef<number | undefined>(undefined);
  const [text, setText] = useState("");

  useEffect(() => {
    if (last === undefined) return;
    if (known.current !== undefined && last.id !== known.current) {
      setText(`${last.direcao === "entrada" ? "Cliente" : "Resposta"}: ${summaryOf(last)}`);
    }
    known.current = last.id;
  }, [last]);

  return (
    <p className="sr-only" aria-live="polite">
      {text}
    </p>
  );
}
