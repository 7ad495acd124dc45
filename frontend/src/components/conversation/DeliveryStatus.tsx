import type { StatusParte } from "../../services/types";
import { Icon } from "../ui/Icon";
import type { IconName } from "../ui/icons";
import styles from "./DeliveryStatus.module.css";

const LOOK: Readonly<Record<StatusParte, { icon: IconName; word: string; shown: boolean }>> = {
  prepared: { icon: "clock", word: "Preparada", shown: false },
  sending: { icon: "clock", word: "Enviando", shown: false },
  sent: { icon: "check", word: "Enviada", shown: false },
  delivered: { icon: "checks", word: "Entregue", shown: false },
  read: { icon: "checks", word: "Lida", shown: true },
  failed: { icon: "alert", word: "Falhou", shown: true },
  undelivered: { icon: "alert", word: "Não entregue", shown: true },
  parked: { icon: "pause", word: "Parada", shown: true },
  cancelled: { icon: "close", word: "Não enviada", shown: true },
};

/** How far a message of ours went: ticks where WhatsApp has them, a word where ticks would not say enough. */
export function DeliveryStatus({ status }: { status: StatusParte }) {
  const { icon, word, shown } = LOOK[status];
  return (
    <span className={styles.status} title={word}>
      <Icon name={icon} size={16} />
      <span className={shown ? undefined : "sr-only"}>{word}</span>
    </span>
  );
}
