import { AlertDialog } from "radix-ui";
import { useRef, useState, type ReactNode } from "react";
import { sentenceOf } from "../../services/errors";
import { Button } from "./Button";
import styles from "./ConfirmDialog.module.css";
import dialog from "./Dialog.module.css";
import { FieldError } from "./FieldError";
import { TextField } from "./TextField";

interface Props {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  children: ReactNode;
  /** The verb on the button that does it. */
  confirm: string;
  cancel?: string;
  danger?: boolean;
  working?: boolean;
  error?: unknown;
  /** What has to be typed before the button does anything. */
  word?: string;
  onConfirm: () => void;
}

/** Asks before something that is hard to undo. Nothing is done by closing it. */
export function ConfirmDialog({
  open,
  onOpenChange,
  title,
  children,
  confirm,
  cancel = "Cancelar",
  danger = false,
  working = false,
  error,
  word,
  onConfirm,
}: Props) {
  const opener = useRef<Element | null>(null);
  const [typed, setTyped] = useState("");
  const ready = word === undefined || typed.trim() === word;
  return (
    <AlertDialog.Root
      open={open}
      onOpenChange={(next) => {
        setTyped("");
        onOpenChange(next);
      }}
    >
      <AlertDialog.Portal>
        <AlertDialog.Overlay className={dialog.scrim} />
        <AlertDialog.Content
          className={dialog.dialog}
          onOpenAutoFocus={() => {
            opener.current = document.activeElement;
          }}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            if (opener.current instanceof HTMLElement) opener.current.focus();
          }}
        >
          <div className={styles.head}>
            <AlertDialog.Title className={dialog.title}>{title}</AlertDialog.Title>
          </div>
          <div className={dialog.body}>
            <AlertDialog.Description asChild>
              <div className={dialog.text}>{children}</div>
            </AlertDialog.Description>
            {word !== undefined && (
              <TextField
                label={`Digite ${word} para confirmar`}
                value={typed}
                autoComplete="off"
                autoCapitalize="none"
                spellCheck={false}
                onChange={(event) => setTyped(event.target.value)}
              />
            )}
            {error !== undefined && error !== null && <FieldError id="confirmar-erro" text={sentenceOf(error)} />}
            <div className={styles.actions}>
              <AlertDialog.Cancel asChild>
                <Button>{cancel}</Button>
              </AlertDialog.Cancel>
              <Button variant={danger ? "danger" : "primary"} {...(danger && { icon: "alert" as const })} working={working} disabled={!ready} onClick={onConfirm}>
                {confirm}
              </Button>
            </div>
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
