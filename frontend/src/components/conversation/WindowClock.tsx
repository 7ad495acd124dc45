import { useNow } from "../../lib/clock";
import { formatFull } from "../../lib/format";
import { Icon } from "../ui/Icon";
import styles from "./WindowClock.module.css";

const HOUR_MS = 3_600_000;

/** How long WhatsApp still takes free text for this customer. */
export function WindowClock({ closesAt }: { closesAt: string | null }) {
  const now = useNow();
  if (closesAt === null) return null;
  const left = Date.parse(closesAt) - now;
  const words =
    left <= 0
      ? "Janela de 24 h fechada"
      : left < HOUR_MS
        ? `Janela fecha em ${Math.ceil(left / 60_000)} min`
        : `Janela: ${Math.floor(left / HOUR_MS)} h`;
  return (
    <span className={styles.clock} title={`O WhatsApp aceita texto livre até ${formatFull(closesAt)}`}>
      <Icon name="clock" size={14} />
      {words}
    </span>
  );
}
