import { useInfiniteQuery } from "@tanstack/react-query";
import { conversasQuery } from "../../services/queries";
import { Button } from "../ui/Button";
import { EmptyState } from "../ui/EmptyState";
import { ErrorState } from "../ui/ErrorState";
import { Skeleton } from "../ui/Skeleton";
import styles from "./ConversaList.module.css";
import { ConversaRow } from "./ConversaRow";

interface Props {
  slug: string;
  /** True when a conversation is open beside the list: then its name is the title of the page. */
  aside: boolean;
}

export function ConversaList({ slug, aside }: Props) {
  const Title = aside ? "h2" : "h1";
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(conversasQuery(slug));
  const items = data?.pages.flatMap((page) => page.items);
  return (
    <div className={styles.list}>
      <Title className={styles.title}>Conversas</Title>
      <div className={styles.rows}>
        {error && !items && <ErrorState error={error} onRetry={() => void refetch()} />}
        {!error && !items && (
          <div className={styles.pending}>
            <Skeleton rows={6} height={48} />
          </div>
        )}
        {items?.length === 0 && (
          <EmptyState icon="chat" title="Nenhuma conversa ainda">
            Assim que um cliente escrever no WhatsApp da empresa, a conversa aparece aqui.
          </EmptyState>
        )}
        {items && (
          <ul>
            {items.map((conversa) => (
              <li key={conversa.id}>
                <ConversaRow slug={slug} conversa={conversa} />
              </li>
            ))}
          </ul>
        )}
        {hasNextPage && (
          <Button variant="quiet" wide working={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            Carregar mais
          </Button>
        )}
      </div>
    </div>
  );
}
