import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { cx } from "../lib/cx";
import { plural } from "../lib/format";
import { bufferQuery } from "../services/queries";
import { useMe } from "../services/session";
import { BufferRow } from "./buffer/BufferRow";
import styles from "./BufferStatus.module.css";
import buttons from "./ui/Button.module.css";
import { EmptyState } from "./ui/EmptyState";
import { ErrorState } from "./ui/ErrorState";
import { Page } from "./ui/Page";
import { Skeleton } from "./ui/Skeleton";

export default function BufferStatus() {
  const me = useMe();
  const { data, error, refetch } = useQuery(bufferQuery());
  const items = data?.items;
  const waiting = items?.filter(({ estado }) => estado === "aguardando").length ?? 0;
  const running = items?.filter(({ estado }) => estado === "processando").length ?? 0;
  const stopped = items?.filter(({ estado }) => estado === "parado").length ?? 0;

  return (
    <Page
      title="Status do buffer"
      lead="As mensagens de um cliente esperam alguns segundos aqui para serem lidas juntas e respondidas uma vez só."
    >
      {error && !items ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : !items ? (
        <Skeleton rows={2} height={160} />
      ) : (
        <div className={styles.content}>
          <p className={styles.summary} role="status">
            {items.length === 0
              ? ""
              : [
                  waiting > 0 && plural(waiting, "conversa esperando", "conversas esperando"),
                  running > 0 && `${running} em processamento`,
                  stopped > 0 && plural(stopped, "parada", "paradas"),
                ]
                  .filter(Boolean)
                  .join(", ")}
          </p>
          {items.length === 0 ? (
            <EmptyState
              icon="timer"
              title="Nenhuma conversa esperando"
              action={
                me.is_superuser && (
                  <Link className={cx(buttons.button, buttons.plain)} to="/admin/simulador">
                    Abrir o Simulador
                  </Link>
                )
              }
            >
              {me.is_superuser
                ? "Envie uma mensagem pelo Simulador para ver o buffer trabalhar."
                : "Quando um cliente escrever, a conversa aparece aqui até a resposta sair."}
            </EmptyState>
          ) : (
            <ul className={styles.rows}>
              {items.map((item) => (
                <li key={item.id}>
                  <BufferRow item={item} />
                </li>
              ))}
            </ul>
          )}
        </div>
      )}
    </Page>
  );
}
