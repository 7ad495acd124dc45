import { useQuery } from "@tanstack/react-query";
import { useObjectUrl } from "../../lib/useObjectUrl";
import { simulatedMediaQuery } from "../../services/simulador";
import { Icon } from "../ui/Icon";
import { Skeleton } from "../ui/Skeleton";
import { SoundBar } from "../ui/SoundBar";
import type { ChatMedia } from "./chat";
import styles from "./PhoneMedia.module.css";

/** A file in the customer's phone: what was just sent is shown from memory, the rest comes from the simulator. */
export function PhoneMedia({ media }: { media: ChatMedia }) {
  const blob = "blob" in media ? media.blob : undefined;
  const address = "url" in media ? media.url : "";
  const shown = /^(image|audio)\//.test(media.content_type);
  const { data, error } = useQuery({ ...simulatedMediaQuery(address), enabled: address !== "" && shown });
  const url = useObjectUrl(blob ?? data);

  if (!shown || error) {
    return (
      <p className={styles.file}>
        <Icon name="file" size={18} />
        {media.content_type}
      </p>
    );
  }
  if (media.content_type.startsWith("audio/")) return <SoundBar src={url} label="mensagem de voz" />;
  return url ? <img className={styles.image} src={url} alt="Imagem da conversa" /> : <Skeleton height={120} />;
}
