import { useInfiniteQuery } from "@tanstack/react-query";
import { clientesQuery } from "../../services/queries";
import { Button } from "../ui/Button";
import { EmptyState } from "../ui/EmptyState";
import { ErrorState } from "../ui/ErrorState";
import { Skeleton } from "../ui/Skeleton";
import styles from "./ClienteList.module.css";
import { ClienteRow } from "./ClienteRow";

export function ClienteList({ slug }: { slug: string }) {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(clientesQuery(slug));
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) {
    return (
      <div className={styles.pending}>
        <Skeleton rows={4} height={40} />
      </div>
    );
  }
  const clientes = data.pages.flatMap((page) => page.items);
  if (clientes.length === 0) {
    return (
      <EmptyState icon="user" title="Nenhum cliente ainda">
        Cada pessoa que escreve para a empresa entra nesta lista.
      </EmptyState>
    );
  }
  return (
    <>
      <ul>
        {clientes.map((cliente) => (
          <li key={cliente.id}>
            <ClienteRow slug={slug} cliente={cliente} />
          </li>
        ))}
      </ul>
      {hasNextPage && (
        <div className={styles.more}>
          <Button variant="quiet" wide working={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            Carregar mais
          </Button>
        </div>
      )}
    </>
  );
}
