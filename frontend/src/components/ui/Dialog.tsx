import { Dialog as Primitive } from "radix-ui";
import { useRef, type ReactNode } from "react";
import { cx } from "../../lib/cx";
import styles from "./Dialog.module.css";
import { IconButton } from "./IconButton";

interface Props {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: string | undefined;
  /** For what is read side by side, not filled in. */
  wide?: boolean;
  children: ReactNode;
}

/** A sheet from below on a phone, a centred box on a desk. */
export function Dialog({ open, onOpenChange, title, description, wide = false, children }: Props) {
  // Opened by state, not by a trigger of its own: the way back to where one was is kept here.
  const opener = useRef<Element | null>(null);
  return (
    <Primitive.Root open={open} onOpenChange={onOpenChange}>
      <Primitive.Portal>
        <Primitive.Overlay className={styles.scrim} />
        <Primitive.Content
          className={cx(styles.dialog, wide && styles.wide)}
          onOpenAutoFocus={() => {
            opener.current = document.activeElement;
          }}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            if (opener.current instanceof HTMLElement) opener.current.focus();
          }}
          {...(!description && { "aria-describedby": undefined })}
        >
          <div className={styles.head}>
            <Primitive.Title className={styles.title}>{title}</Primitive.Title>
            <Primitive.Close asChild>
              <IconButton icon="close" label="Fechar" />
            </Primitive.Close>
          </div>
          {/* What is only read has nothing inside to move to with the keyboard: the text itself is the stop. */}
          <div className={styles.body} {...(wide && { tabIndex: 0, role: "group", "aria-label": "Conteúdo" })}>
            {description && <Primitive.Description className={styles.text}>{description}</Primitive.Description>}
            {children}
          </div>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
