import { CLOSED_WEEK, USUAL_RANGE, WEEK } from "../../lib/week";
import type { DiaSemana, Faixa, Horarios } from "../../services/types";
import { Button } from "../ui/Button";
import { EmptyState } from "../ui/EmptyState";
import { FieldError } from "../ui/FieldError";
import { Switch } from "../ui/Switch";
import { RangeList } from "./RangeList";
import styles from "./WeekEditor.module.css";

interface Props {
  /** Null: the attendant was never told. */
  value: Horarios | null;
  error: string | undefined;
  onChange: (value: Horarios | null) => void;
}

export function WeekEditor({ value, error, onChange }: Props) {
  if (value === null) {
    return (
      <EmptyState
        icon="clock"
        title="Horários não informados"
        action={
          <Button variant="primary" onClick={() => onChange({ ...CLOSED_WEEK, ...Object.fromEntries(WEEK.map(({ key }) => [key, [USUAL_RANGE]])) })}>
            Informar horários
          </Button>
        }
      >
        Sem eles o atendente não diz se a casa está aberta nem confere se uma reserva cabe no horário.
      </EmptyState>
    );
  }
  const change = (day: DiaSemana, ranges: Faixa[]) => onChange({ ...value, [day]: ranges });
  const first = WEEK.find(({ key }) => value[key].length > 0);
  return (
    <div>
      {error && (
        <div className={styles.error}>
          <FieldError id="semana-erro" text={error} />
        </div>
      )}
      <ul>
        {WEEK.map(({ key, label }) => (
          <li className={styles.day} key={key}>
            <div className={styles.name}>
              <span>{label}</span>
              <span className={styles.state}>{value[key].length > 0 ? "Aberto" : "Fechado"}</span>
            </div>
            <Switch
              bare
              label={`${label}: aberto`}
              checked={value[key].length > 0}
              onChange={(open) => change(key, open ? (first ? [...value[first.key]] : [USUAL_RANGE]) : [])}
            />
            {value[key].length > 0 && (
              <div className={styles.ranges}>
                <RangeList day={label} ranges={value[key]} onChange={(ranges) => change(key, ranges)} />
              </div>
            )}
          </li>
        ))}
      </ul>
      <div className={styles.foot}>
        {first && (
          <Button
            variant="quiet"
            icon="copy"
            onClick={() => onChange({ ...CLOSED_WEEK, ...Object.fromEntries(WEEK.map(({ key }) => [key, value[key].length > 0 ? value[first.key] : []])) })}
          >
            Repetir o horário de {first.label.toLowerCase()} nos dias abertos
          </Button>
        )}
        <Button variant="quiet" onClick={() => onChange(null)}>
          Não informar horários
        </Button>
      </div>
    </div>
  );
}
