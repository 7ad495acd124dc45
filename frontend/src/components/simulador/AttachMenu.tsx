import { DropdownMenu } from "radix-ui";
import { useRef, type ChangeEvent } from "react";
import { Icon } from "../ui/Icon";
import { IconButton } from "../ui/IconButton";
import { useToast } from "../ui/toast-context";
import styles from "./AttachMenu.module.css";
import type { Draft } from "./useOutbox";

/** What WhatsApp takes through Twilio. */
const MAX_BYTES = 16 * 1024 * 1024;

interface Props {
  onSend: (draft: Draft) => void;
  onAudio: () => void;
  onLocation: () => void;
  lastSid: string | null;
}

export function AttachMenu({ onSend, onAudio, onLocation, lastSid }: Props) {
  const image = useRef<HTMLInputElement>(null);
  const document = useRef<HTMLInputElement>(null);
  // A dialog opens once the menu has given the focus back, so that closing it leads there too.
  const next = useRef<(() => void) | null>(null);
  const toast = useToast();

  const sendFile = (event: ChangeEvent<HTMLInputElement>) => {
    const input = event.target;
    const file = input.files?.[0];
    input.value = "";
    if (!file) return;
    if (file.size > MAX_BYTES) {
      toast({ text: "O WhatsApp aceita arquivos de até 16 MB. Escolha um menor.", failed: true });
      return;
    }
    onSend({ file });
  };

  return (
    <>
      <input ref={image} type="file" accept="image/jpeg,image/png,image/webp" hidden aria-label="Imagem" onChange={sendFile} />
      <input ref={document} type="file" accept=".pdf,.doc,.docx,.xls,.xlsx,.txt,.csv" hidden aria-label="Documento" onChange={sendFile} />
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger asChild>
          <IconButton icon="plus" label="Anexar e outras ações" />
        </DropdownMenu.Trigger>
        <DropdownMenu.Content
          className={styles.menu}
          side="top"
          align="start"
          sideOffset={8}
          collisionPadding={8}
          onCloseAutoFocus={() => {
            next.current?.();
            next.current = null;
          }}
        >
          <DropdownMenu.Item className={styles.item} onSelect={() => (next.current = onAudio)}>
            <Icon name="mic" />
            Áudio
          </DropdownMenu.Item>
          <DropdownMenu.Item className={styles.item} onSelect={() => image.current?.click()}>
            <Icon name="image" />
            Imagem
          </DropdownMenu.Item>
          <DropdownMenu.Item className={styles.item} onSelect={() => document.current?.click()}>
            <Icon name="file" />
            Documento
          </DropdownMenu.Item>
          <DropdownMenu.Item className={styles.item} onSelect={() => (next.current = onLocation)}>
            <Icon name="pin" />
            Localização
          </DropdownMenu.Item>
          <DropdownMenu.Separator className={styles.line} />
          <DropdownMenu.Item
            className={styles.item}
            disabled={lastSid === null}
            onSelect={() => {
              if (lastSid === null) return;
              onSend({ message_sid: lastSid });
              toast({ text: "A mesma mensagem foi entregue outra vez. Nada deve mudar." });
            }}
          >
            <Icon name="repeat" />
            <span className={styles.words}>
              Repetir a última mensagem
              <span className={styles.hint}>Mesmo MessageSid, como numa nova tentativa da Twilio</span>
            </span>
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Root>
    </>
  );
}
