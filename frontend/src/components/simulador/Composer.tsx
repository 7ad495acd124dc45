import { useRef, useState, type SubmitEvent, type KeyboardEvent } from "react";
import { IconButton } from "../ui/IconButton";
import { AttachMenu } from "./AttachMenu";
import { AudioDialog } from "./AudioDialog";
import styles from "./Composer.module.css";
import { LocationDialog } from "./LocationDialog";
import type { Draft } from "./useOutbox";

interface Props {
  onSend: (draft: Draft) => void;
  lastSid: string | null;
}

/** Where the customer writes. Enter sends, Shift+Enter breaks the line, and the field never waits for the network. */
export function Composer({ onSend, lastSid }: Props) {
  const [text, setText] = useState("");
  const [dialog, setDialog] = useState<"audio" | "location" | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const empty = text.trim() === "";

  const sendText = () => {
    if (empty) return;
    onSend({ body: text.trim() });
    setText("");
    field.current?.focus();
  };
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    sendText();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    sendText();
  };
  const sendAndClose = (draft: Draft) => {
    onSend(draft);
    setDialog(null);
  };

  return (
    <form className={styles.composer} onSubmit={onSubmit} aria-label="Escrever como o cliente">
      <AttachMenu
        onSend={onSend}
        onAudio={() => setDialog("audio")}
        onLocation={() => setDialog("location")}
        lastSid={lastSid}
      />
      <textarea
        ref={field}
        className={styles.field}
        rows={1}
        aria-label="Mensagem"
        placeholder="Mensagem"
        value={text}
        maxLength={4_000}
        enterKeyHint="send"
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      {empty ? (
        <IconButton icon="mic" label="Enviar áudio" filled onClick={() => setDialog("audio")} />
      ) : (
        <IconButton icon="send" label="Enviar" filled type="submit" />
      )}
      <AudioDialog open={dialog === "audio"} onOpenChange={(open) => setDialog(open ? "audio" : null)} onSend={sendAndClose} />
      <LocationDialog
        open={dialog === "location"}
        onOpenChange={(open) => setDialog(open ? "location" : null)}
        onSend={sendAndClose}
      />
    </form>
  );
}
