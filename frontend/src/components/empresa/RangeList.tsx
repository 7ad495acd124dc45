import { MAX_RANGES, nextRange } from "../../lib/week";
import type { Faixa } from "../../services/types";
import { Button } from "../ui/Button";
import { IconButton } from "../ui/IconButton";
import { TimeInput } from "../ui/TimeInput";
import styles from "./RangeList.module.css";

interface Props {
  /** Whose hours these are, for the names of the fields. */
  day: string;
  ranges: readonly Faixa[];
  onChange: (ranges: Faixa[]) => void;
}

/** The opening hours of one day: as many ranges as the house has shifts. */
export function RangeList({ day, ranges, onChange }: Props) {
  const replace = (index: number, range: Faixa) => onChange(ranges.map((old, at) => (at === index ? range : old)));
  return (
    <div className={styles.list}>
      {ranges.map(([start, end], index) => (
        // A range has no name of its own: its place is what it is.
        <div className={styles.range} key={index}>
          <TimeInput label={`${day}: abre às (${index + 1})`} value={start} onChange={(time) => replace(index, [time, end])} />
          <span className={styles.until}>às</span>
          <TimeInput label={`${day}: fecha às (${index + 1})`} value={end} onChange={(time) => replace(index, [start, time])} />
          <IconButton
            icon="close"
            label={`${day}: tirar o horário ${index + 1}`}
            onClick={() => onChange(ranges.filter((_, at) => at !== index))}
          />
          {end <= start && <span className={styles.note}>fecha no dia seguinte</span>}
        </div>
      ))}
      {ranges.length > 0 && ranges.length < MAX_RANGES && (
        <Button variant="quiet" icon="plus" aria-label={`${day}: mais um horário`} onClick={() => onChange([...ranges, nextRange(ranges)])}>
          Mais um horário
        </Button>
      )}
    </div>
  );
}
