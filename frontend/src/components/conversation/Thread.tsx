import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import { useNow } from "../../lib/clock";
import { groupByDay, inOrder } from "../../lib/conversation";
import { formatDay, formatPhone } from "../../lib/format";
import { useStickToEnd } from "../../lib/useStickToEnd";
import { useTitle } from "../../lib/useTitle";
import { conversaQuery } from "../../services/queries";
import { Badge } from "../ui/Badge";
import { Button } from "../ui/Button";
import { EmptyState } from "../ui/EmptyState";
import { ErrorState } from "../ui/ErrorState";
import { Icon } from "../ui/Icon";
import { Skeleton } from "../ui/Skeleton";
import { MessageGroup } from "./MessageGroup";
import { NewMessages } from "./NewMessages";
import { SystemLine } from "./SystemLine";
import styles from "./Thread.module.css";
import { WindowClock } from "./WindowClock";

interface Props {
  slug: string;
  id: string;
}

/** One conversation, read like WhatsApp seen from the company's side: theirs on the left, ours on the right. */
export function Thread({ slug, id }: Props) {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(conversaQuery(slug, id));
  const now = useNow();
  const mensagens = data ? inOrder(data.pages) : [];
  const end = useStickToEnd(mensagens.at(-1)?.id);
  const conversa = data?.pages[0];
  const phone = formatPhone(conversa?.cliente.telefone);
  const name = conversa ? (conversa.cliente.nome ?? (phone || "Cliente sem nome")) : "Conversa";
  useTitle(name);

  return (
    <section className={styles.thread} aria-label={`Conversa com ${name}`}>
      <header className={styles.head}>
        <Link className={styles.back} to={`/admin/${slug}/conversas`} aria-label="Voltar para as conversas">
          <Icon name="back" />
        </Link>
        <div className={styles.who}>
          <h1 className={styles.name}>{name}</h1>
          {conversa?.cliente.nome && phone && <p className={styles.phone}>{phone}</p>}
        </div>
        {conversa && (
          <div className={styles.state}>
            <Badge tone={conversa.atendido_por === "pessoa" ? "solid" : "plain"}>
              <Icon name={conversa.atendido_por === "pessoa" ? "user" : "bot"} size={14} />
              {conversa.atendido_por === "pessoa" ? "Com pessoa" : "Com o bot"}
            </Badge>
            <WindowClock closesAt={conversa.janela_expira_em} />
          </div>
        )}
      </header>
      {/* A region that scrolls must be reachable by the keyboard. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className={styles.scroll} ref={end} tabIndex={0} role="region" aria-label="Mensagens">
        {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
        {!error && !data && <Skeleton rows={5} height={52} />}
        {data && mensagens.length === 0 && (
          <EmptyState icon="chat" title="Conversa sem mensagens">
            O que o cliente escrever aparece aqui na hora.
          </EmptyState>
        )}
        {hasNextPage && (
          <Button variant="quiet" working={isFetchingNextPage} className={styles.older ?? ""} onClick={() => void fetchNextPage()}>
            Mensagens anteriores
          </Button>
        )}
        {groupByDay(mensagens).map((day) => (
          <div className={styles.day} key={day.key}>
            <SystemLine>{formatDay(day.at, now)}</SystemLine>
            {day.groups.map((group) => (
              <MessageGroup key={group.key} group={group} />
            ))}
          </div>
        ))}
      </div>
      <NewMessages mensagens={mensagens} />
    </section>
  );
}
