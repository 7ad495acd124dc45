import { useState, type SubmitEvent } from "react";
import { formatCalendarDay } from "../../lib/format";
import { USUAL_RANGE } from "../../lib/week";
import { putDia } from "../../services/empresas";
import { ApiError, sentenceOf } from "../../services/errors";
import type { DiaEspecial, Faixa } from "../../services/types";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { FieldError } from "../ui/FieldError";
import formStyles from "../ui/Form.module.css";
import { SelectField } from "../ui/SelectField";
import { Switch } from "../ui/Switch";
import { TextField } from "../ui/TextField";
import { useChange } from "../ui/useChange";
import { RangeList } from "./RangeList";

type Kind = "fechado" | "outro" | "igual";

interface Props {
  slug: string;
  today: string;
  day: DiaEspecial | null;
  /** Days that already have a record. */
  taken: readonly string[];
  onClose: () => void;
}

export function DiaDialog({ slug, today, day, taken, onClose }: Props) {
  const [date, setDate] = useState(day?.data ?? "");
  const [kind, setKind] = useState<Kind>(!day || day.fechado ? "fechado" : day.horarios ? "outro" : "igual");
  const [ranges, setRanges] = useState<Faixa[]>(day?.horarios ?? [USUAL_RANGE]);
  const [full, setFull] = useState(day?.lotado ?? false);
  const [reason, setReason] = useState(day?.motivo ?? "");
  const [missing, setMissing] = useState<string>();
  const save = useChange({
    run: () =>
      putDia(slug, date, {
        fechado: kind === "fechado",
        lotado: kind !== "fechado" && full,
        horarios: kind === "outro" ? ranges : null,
        motivo: reason.trim() || null,
      }),
    refresh: ["empresas", slug],
    done: () => `${formatCalendarDay(date)}: salvo.`,
    onDone: onClose,
  });
  const failure = save.error instanceof ApiError ? save.error : null;
  const rangesError = failure?.errors.find(({ campo }) => campo.startsWith("horarios"))?.mensagem;
  const elsewhere = save.error && !failure?.errors.length ? sentenceOf(save.error) : undefined;

  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const wrong = date === "" ? "Escolha o dia." : date < today ? "Escolha um dia de hoje em diante." : undefined;
    setMissing(wrong);
    if (!wrong) save.mutate();
  };

  return (
    <Dialog open onOpenChange={onClose} title={day ? formatCalendarDay(day.data) : "Dia especial"}>
      <form className={`${formStyles.form} ${formStyles.bare}`} onSubmit={submit} noValidate>
        {!day && (
          <TextField
            label="Dia"
            type="date"
            min={today}
            value={date}
            error={missing ?? failure?.field("data")}
            hint={taken.includes(date) ? "Este dia já tem um registro; salvar aqui o substitui." : undefined}
            onChange={(event) => setDate(event.target.value)}
          />
        )}
        <SelectField label="O que muda" value={kind} onChange={(event) => setKind(event.target.value as Kind)}>
          <option value="fechado">Fechado o dia todo</option>
          <option value="outro">Abre em outro horário</option>
          <option value="igual">Mesmo horário da semana</option>
        </SelectField>
        {kind === "outro" && (
          <div>
            <RangeList day="Neste dia" ranges={ranges} onChange={setRanges} />
            {ranges.length === 0 && (
              <Button variant="quiet" icon="plus" onClick={() => setRanges([USUAL_RANGE])}>
                Adicionar horário
              </Button>
            )}
            {rangesError && <FieldError id="dia-horarios-erro" text={rangesError} />}
          </div>
        )}
        {kind !== "fechado" && (
          <Switch label="Lotado" hint="A casa abre, mas não entram mais reservas." checked={full} onChange={setFull} />
        )}
        <TextField
          label="Motivo"
          hint="Opcional. O atendente pode contar ao cliente: Natal, evento fechado…"
          maxLength={120}
          value={reason}
          error={failure?.field("motivo")}
          onChange={(event) => setReason(event.target.value)}
        />
        {elsewhere && <FieldError id="dia-erro" text={elsewhere} />}
        <Button type="submit" variant="primary" working={save.isPending}>
          Salvar dia
        </Button>
      </form>
    </Dialog>
  );
}
