import { PERIODS, type PeriodName } from "../../lib/period";
import { Segmented } from "../ui/Segmented";

interface Props {
  value: PeriodName;
  onChange: (value: PeriodName) => void;
}

export function PeriodChoice({ value, onChange }: Props) {
  return <Segmented label="Período" value={value} options={PERIODS} onChange={onChange} />;
}
