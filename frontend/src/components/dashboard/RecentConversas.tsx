import { useInfiniteQuery } from "@tanstack/react-query";
import { conversasQuery } from "../../services/queries";
import { ConversaRow } from "../conversation/ConversaRow";
import { EmptyState } from "../ui/EmptyState";
import { ErrorState } from "../ui/ErrorState";
import { Skeleton } from "../ui/Skeleton";
import styles from "./EmpresaRows.module.css";

const SHOWN = 6;

export function RecentConversas({ slug }: { slug: string }) {
  const { data, error, refetch } = useInfiniteQuery(conversasQuery(slug));
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) {
    return (
      <div className={styles.pending}>
        <Skeleton rows={4} height={44} />
      </div>
    );
  }
  const items = data.pages.flatMap((page) => page.items).slice(0, SHOWN);
  if (items.length === 0) {
    return (
      <EmptyState icon="chat" title="Nenhuma conversa ainda">
        Assim que um cliente escrever no WhatsApp da empresa, a conversa aparece aqui.
      </EmptyState>
    );
  }
  return (
    <ul>
      {items.map((conversa) => (
        <li key={conversa.id}>
          <ConversaRow slug={slug} conversa={conversa} />
        </li>
      ))}
    </ul>
  );
}
