import { useMutation } from "@tanstack/react-query";
import { saveFile } from "../../lib/saveFile";
import { formatSize } from "../../lib/format";
import { getBlob } from "../../services/api";
import { sentenceOf } from "../../services/errors";
import type { Midia } from "../../services/types";
import { Icon } from "../ui/Icon";
import { useToast } from "../ui/toast-context";
import styles from "./MidiaView.module.css";

/** A file to keep: fetched with the session's header only when asked for. */
export function FileLink({ midia }: { midia: Midia }) {
  const toast = useToast();
  const name = midia.nome ?? `arquivo.${midia.content_type.split("/")[1]?.split(/[+;]/)[0] ?? "bin"}`;
  const download = useMutation({
    mutationFn: () => getBlob(`/api/midias/${encodeURIComponent(midia.id)}`),
    onSuccess: (blob) => saveFile(blob, name),
    onError: (error) => toast({ text: sentenceOf(error), failed: true }),
  });
  return (
    <button type="button" className={styles.file} aria-busy={download.isPending || undefined} onClick={() => download.mutate()}>
      <Icon name={download.isPending ? "clock" : "file"} />
      <span className={styles.words}>
        <span className={styles.name}>{midia.nome ?? "Baixar arquivo"}</span>
        <span className={styles.about}>
          {[midia.content_type, midia.tamanho !== null && formatSize(midia.tamanho)].filter(Boolean).join(", ")}
        </span>
      </span>
      <Icon name="download" size={18} />
    </button>
  );
}
