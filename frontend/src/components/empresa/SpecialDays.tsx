import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useNow } from "../../lib/clock";
import { formatCalendarDay } from "../../lib/format";
import { dayIn, rangesText } from "../../lib/week";
import { deleteDia, diasQuery } from "../../services/empresas";
import type { DiaEspecial, Empresa } from "../../services/types";
import { Button } from "../ui/Button";
import { EmptyState } from "../ui/EmptyState";
import { ErrorState } from "../ui/ErrorState";
import { IconButton } from "../ui/IconButton";
import { Section } from "../ui/Section";
import { Skeleton } from "../ui/Skeleton";
import { useChange } from "../ui/useChange";
import { DiaDialog } from "./DiaDialog";
import rows from "./Rows.module.css";

function whatIsSpecial(day: DiaEspecial): string {
  if (day.fechado) return "Fechado";
  const hours = day.horarios ? rangesText(day.horarios) : "Horário de sempre";
  return day.lotado ? `${hours}, sem mais reservas` : hours;
}

/** Days that differ from the week, from today on. */
export function SpecialDays({ empresa }: { empresa: Empresa }) {
  const now = useNow();
  const today = dayIn(empresa.fuso_horario, now);
  const { data, error, refetch } = useQuery(diasQuery(empresa.slug));
  const [editing, setEditing] = useState<DiaEspecial | "new" | null>(null);
  const removal = useChange({
    run: (day: DiaEspecial) => deleteDia(empresa.slug, day.data),
    refresh: ["empresas", empresa.slug],
    done: (_, day) => `${formatCalendarDay(day.data)} voltou ao horário da semana.`,
    loud: true,
  });
  const days = data?.items.filter((day) => day.data >= today).toSorted((a, b) => a.data.localeCompare(b.data));
  return (
    <Section
      title="Feriados e dias especiais"
      aside={
        <Button variant="quiet" icon="plus" onClick={() => setEditing("new")}>
          Adicionar dia
        </Button>
      }
    >
      {error && !days ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : !days ? (
        <div className={rows.pending}>
          <Skeleton rows={2} height={40} />
        </div>
      ) : days.length === 0 ? (
        <EmptyState icon="calendar" title="Nenhum dia especial à frente">
          Adicione feriados, eventos e dias em que a casa fecha ou muda de horário. O atendente passa a saber na hora.
        </EmptyState>
      ) : (
        <ul>
          {days.map((day) => (
            <li className={rows.row} key={day.data}>
              <span className={rows.words}>
                <span className={rows.name}>{formatCalendarDay(day.data)}</span>
                <span className={rows.text}>
                  {whatIsSpecial(day)}
                  {day.motivo && ` · ${day.motivo}`}
                </span>
              </span>
              <IconButton icon="pencil" label={`Editar ${formatCalendarDay(day.data)}`} onClick={() => setEditing(day)} />
              <IconButton
                icon="trash"
                label={`Tirar ${formatCalendarDay(day.data)}`}
                disabled={removal.isPending}
                onClick={() => removal.mutate(day)}
              />
            </li>
          ))}
        </ul>
      )}
      {editing && (
        <DiaDialog
          slug={empresa.slug}
          today={today}
          day={editing === "new" ? null : editing}
          taken={days?.map(({ data: date }) => date) ?? []}
          onClose={() => setEditing(null)}
        />
      )}
    </Section>
  );
}
