import { useQuery } from "@tanstack/react-query";
import { useObjectUrl } from "../../lib/useObjectUrl";
import { midiaQuery } from "../../services/queries";
import type { Midia } from "../../services/types";
import { SoundBar } from "../ui/SoundBar";
import { FileLink } from "./FileLink";
import { MidiaView } from "./MidiaView";

/** A voice note, fetched with the session's header and played from memory. */
export function AudioPlayer({ midia }: { midia: Midia }) {
  const ready = midia.estado === "pronta";
  const { data, error } = useQuery({ ...midiaQuery(midia.id), enabled: ready });
  const url = useObjectUrl(data);
  if (!ready) return <MidiaView midia={midia} tipo="audio" />;
  if (error) return <FileLink midia={midia} />;
  return <SoundBar src={url} label="mensagem de voz" />;
}
