import { useQuery } from "@tanstack/react-query";
import { useNow } from "../../lib/clock";
import { formatCalendarDay } from "../../lib/format";
import { dayIn } from "../../lib/week";
import { deleteDia, diasQuery, putDia } from "../../services/empresas";
import type { DiaEspecial, DiaEspecialNovo, Empresa } from "../../services/types";
import { ErrorState } from "../ui/ErrorState";
import { Section } from "../ui/Section";
import { Switch } from "../ui/Switch";
import { useChange } from "../ui/useChange";
import styles from "./TodaySwitches.module.css";

type Flag = "fechado" | "lotado";

const DONE = {
  fechado: { on: "Hoje está fechado.", off: "Hoje voltou a abrir no horário de sempre." },
  lotado: { on: "Hoje está lotado: o atendente não marca mais reservas.", off: "Hoje voltou a aceitar reservas." },
} as const;

/** A day like any other needs no record. */
function isOrdinary(day: DiaEspecialNovo): boolean {
  return !day.fechado && !day.lotado && !day.horarios?.length && !day.motivo;
}

/** The two things that are decided in the middle of service, each in one tap. */
export function TodaySwitches({ empresa }: { empresa: Empresa }) {
  const now = useNow();
  const today = dayIn(empresa.fuso_horario, now);
  const { data, error, refetch } = useQuery(diasQuery(empresa.slug));
  const day: DiaEspecial | undefined = data?.items.find(({ data: date }) => date === today);
  const change = useChange({
    run: ({ flag, on }: { flag: Flag; on: boolean }): Promise<unknown> => {
      const next = {
        fechado: day?.fechado ?? false,
        lotado: day?.lotado ?? false,
        horarios: day?.horarios ?? null,
        motivo: day?.motivo ?? null,
        [flag]: on,
      };
      return isOrdinary(next) ? deleteDia(empresa.slug, today) : putDia(empresa.slug, today, next);
    },
    refresh: ["empresas", empresa.slug],
    done: (_, { flag, on }) => DONE[flag][on ? "on" : "off"],
    loud: true,
  });
  const shown = (flag: Flag) =>
    change.isPending && change.variables.flag === flag ? change.variables.on : (day?.[flag] ?? false);

  return (
    <Section title={`Hoje, ${formatCalendarDay(today).toLowerCase()}`}>
      {error && !data ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : (
        <div className={styles.switches}>
          <Switch
            label="Fechar hoje"
            hint="O atendente avisa que hoje não abre e não marca reservas para hoje."
            checked={shown("fechado")}
            disabled={!data || change.isPending}
            onChange={(on) => change.mutate({ flag: "fechado", on })}
          />
          <Switch
            label="Lotado hoje"
            hint="A casa abre, mas não entram mais reservas para hoje."
            checked={shown("lotado")}
            disabled={!data || change.isPending || shown("fechado")}
            onChange={(on) => change.mutate({ flag: "lotado", on })}
          />
        </div>
      )}
    </Section>
  );
}
