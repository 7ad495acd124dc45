import type { Midia, Tipo } from "../../services/types";
import { Icon } from "../ui/Icon";
import { FileLink } from "./FileLink";
import { ImageMidia } from "./ImageMidia";
import styles from "./MidiaView.module.css";

interface Props {
  midia: Midia;
  tipo: Tipo;
}

/** A file of a message: pictures are shown, the rest is offered as a download. */
export function MidiaView({ midia, tipo }: Props) {
  if (midia.estado !== "pronta") {
    return (
      <p className={styles.pending}>
        <Icon name={midia.estado === "falhou" ? "alert" : "clock"} size={18} />
        {midia.estado === "falhou" ? "Não foi possível buscar este arquivo na Twilio." : "Buscando o arquivo…"}
      </p>
    );
  }
  const picture = /^image\/(jpeg|png|webp|gif)$/.test(midia.content_type);
  return picture ? <ImageMidia midia={midia} sticker={tipo === "figurinha"} /> : <FileLink midia={midia} />;
}
