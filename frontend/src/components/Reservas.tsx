import { useInfiniteQuery } from "@tanstack/react-query";
import { useParams } from "react-router";
import { formatCalendarDay } from "../lib/format";
import { reservasQuery } from "../services/queries";
import type { Reserva } from "../services/types";
import { ReservaRow } from "./reservas/ReservaRow";
import styles from "./Reservas.module.css";
import { Button } from "./ui/Button";
import { EmptyState } from "./ui/EmptyState";
import { ErrorState } from "./ui/ErrorState";
import { Page } from "./ui/Page";
import { Section } from "./ui/Section";
import { Skeleton } from "./ui/Skeleton";

/** Days in order, and inside a day the hours in order. */
function byDay(reservas: readonly Reserva[]): [string, Reserva[]][] {
  const days = new Map<string, Reserva[]>();
  for (const reserva of reservas) days.set(reserva.data, [...(days.get(reserva.data) ?? []), reserva]);
  return [...days]
    .sort(([a], [b]) => b.localeCompare(a))
    .map(([day, items]) => [day, items.toSorted((a, b) => a.horario.localeCompare(b.horario))]);
}

export default function Reservas() {
  const { slug = "" } = useParams();
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(reservasQuery(slug));
  const reservas = data?.pages.flatMap((page) => page.items);
  return (
    <Page title="Reservas" lead="O que o atendente marcou com os clientes, pelo dia da reserva.">
      {error && !reservas ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : !reservas ? (
        <Skeleton rows={4} height={64} />
      ) : reservas.length === 0 ? (
        <EmptyState icon="calendar" title="Nenhuma reserva ainda">
          Quando um cliente reservar pelo WhatsApp, a reserva aparece aqui com o nome, o horário e o número de pessoas.
        </EmptyState>
      ) : (
        <div className={styles.days}>
          {byDay(reservas).map(([day, items]) => (
            <Section key={day} title={formatCalendarDay(day)}>
              <ul>
                {items.map((reserva) => (
                  <li key={reserva.id}>
                    <ReservaRow slug={slug} reserva={reserva} />
                  </li>
                ))}
              </ul>
            </Section>
          ))}
          {hasNextPage && (
            <Button variant="quiet" working={isFetchingNextPage} onClick={() => void fetchNextPage()}>
              Carregar mais
            </Button>
          )}
        </div>
      )}
    </Page>
  );
}
