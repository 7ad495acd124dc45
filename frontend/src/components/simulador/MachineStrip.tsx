import { cx } from "../../lib/cx";
import { Countdown } from "../ui/Countdown";
import { Icon } from "../ui/Icon";
import type { IconName } from "../ui/icons";
import styles from "./MachineStrip.module.css";
import { PHASE_WORDS, stationsOf } from "./stations";
import type { Machine } from "./useMachine";
import type { Delivery } from "./useOutbox";

interface Props {
  machine: Machine;
  deliveries: readonly Delivery[];
  onOpen: () => void;
}

const STATIONS = [
  { name: "webhook", label: "Webhook", icon: "webhook" },
  { name: "buffer", label: "Buffer", icon: "timer" },
  { name: "model", label: "Modelo", icon: "bot" },
  { name: "reply", label: "Resposta", icon: "send" },
] as const satisfies readonly { name: string; label: string; icon: IconName }[];

/** The four stations in one line, for a phone; a tap goes to the whole story below. */
export function MachineStrip({ machine, deliveries, onOpen }: Props) {
  const { phases, waiting } = stationsOf(machine, deliveries);
  const due = waiting ? machine.buffer?.vence_em : null;
  return (
    <button type="button" className={styles.strip} onClick={onOpen}>
      <span className="sr-only">Ver o caminho da mensagem: </span>
      {STATIONS.map(({ name, label, icon }) => (
        <span key={name} className={cx(styles.station, styles[phases[name]])}>
          <Icon name={phases[name] === "failed" ? "alert" : phases[name] === "done" ? "check" : icon} size={14} />
          {name === "buffer" && due ? <Countdown until={due} /> : label}
          <span className="sr-only">, {PHASE_WORDS[phases[name]]}. </span>
        </span>
      ))}
    </button>
  );
}
