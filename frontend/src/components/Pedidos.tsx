import { useInfiniteQuery } from "@tanstack/react-query";
import { useParams } from "react-router";
import { pedidosQuery } from "../services/pedidos";
import { PedidoRow } from "./pedidos/PedidoRow";
import { Button } from "./ui/Button";
import { EmptyState } from "./ui/EmptyState";
import { ErrorState } from "./ui/ErrorState";
import { Page } from "./ui/Page";
import { Section } from "./ui/Section";
import { Skeleton } from "./ui/Skeleton";

const OPEN = ["recebido", "aceito", "pronto"];

/** What still asks for somebody's hand first; the newest first in each half. */
export default function Pedidos() {
  const { slug = "" } = useParams();
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(pedidosQuery(slug));
  const pedidos = data?.pages.flatMap((page) => page.items);
  const halves = pedidos && [
    { title: "Em andamento", items: pedidos.filter((pedido) => OPEN.includes(pedido.status)) },
    { title: "Encerrados", items: pedidos.filter((pedido) => !OPEN.includes(pedido.status)) },
  ];
  return (
    <Page title="Pedidos" lead="O que os clientes pediram pelo WhatsApp. O atendente só diz que recebeu: quem aceita é você.">
      {error && !halves ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : !halves ? (
        <Skeleton rows={3} height={120} />
      ) : halves.every((half) => half.items.length === 0) ? (
        <EmptyState icon="menu" title="Nenhum pedido ainda">
          Quando um cliente confirmar um pedido, ele aparece aqui com os itens, o total e o endereço. O cardápio fica na
          Configuração.
        </EmptyState>
      ) : (
        <>
          {halves
            .filter((half) => half.items.length > 0)
            .map((half) => (
              <Section key={half.title} title={half.title}>
                <ul>
                  {half.items.map((pedido) => (
                    <li key={pedido.id}>
                      <PedidoRow slug={slug} pedido={pedido} />
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
        </>
      )}
    </Page>
  );
}
