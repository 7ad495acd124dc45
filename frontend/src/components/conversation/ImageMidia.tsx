import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { cx } from "../../lib/cx";
import { useObjectUrl } from "../../lib/useObjectUrl";
import { midiaQuery } from "../../services/queries";
import type { Midia } from "../../services/types";
import { Dialog } from "../ui/Dialog";
import { Skeleton } from "../ui/Skeleton";
import { FileLink } from "./FileLink";
import styles from "./MidiaView.module.css";

interface Props {
  midia: Midia;
  sticker: boolean;
}

export function ImageMidia({ midia, sticker }: Props) {
  const { data, error } = useQuery(midiaQuery(midia.id));
  const url = useObjectUrl(data);
  const [open, setOpen] = useState(false);
  if (error) return <FileLink midia={midia} />;
  if (!url) {
    return (
      <div className={styles.placeholder}>
        <Skeleton height={140} />
      </div>
    );
  }
  const alt = midia.nome ?? "Imagem enviada na conversa";
  return (
    <>
      <button type="button" className={cx(styles.image, sticker && styles.sticker)} onClick={() => setOpen(true)}>
        <img src={url} alt={alt} />
        <span className="sr-only">: ampliar</span>
      </button>
      <Dialog open={open} onOpenChange={setOpen} title={sticker ? "Figurinha" : "Imagem"}>
        <img className={styles.large} src={url} alt={alt} />
        <FileLink midia={midia} />
      </Dialog>
    </>
  );
}
