import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { cardapioQuery, deleteItem } from "../../services/empresas";
import type { ItemCardapio } from "../../services/types";
import { Button } from "../ui/Button";
import { ConfirmDialog } from "../ui/ConfirmDialog";
import { EmptyState } from "../ui/EmptyState";
import { ErrorState } from "../ui/ErrorState";
import { Section } from "../ui/Section";
import { Skeleton } from "../ui/Skeleton";
import { useChange } from "../ui/useChange";
import { ItemDialog } from "./ItemDialog";
import styles from "./MenuEditor.module.css";
import { MenuRow } from "./MenuRow";
import rows from "./Rows.module.css";

/** Categories in the order in which they first come, so that the owner's order is kept. */
function byCategory(items: readonly ItemCardapio[]): [string, ItemCardapio[]][] {
  const found = new Map<string, ItemCardapio[]>();
  for (const item of items) {
    const name = item.categoria ?? "Sem categoria";
    found.set(name, [...(found.get(name) ?? []), item]);
  }
  return [...found];
}

export function MenuEditor({ slug }: { slug: string }) {
  const { data, error, refetch } = useQuery(cardapioQuery(slug));
  const [editing, setEditing] = useState<ItemCardapio | "new" | null>(null);
  const [removing, setRemoving] = useState<ItemCardapio | null>(null);
  const removal = useChange({
    run: (item: ItemCardapio) => deleteItem(slug, item.id),
    refresh: ["empresas", slug, "cardapio"],
    done: "Item apagado do cardápio.",
    onDone: () => setRemoving(null),
  });
  const items = data?.items;
  const categories = items ? byCategory(items) : [];
  return (
    <Section
      title="Cardápio"
      aside={
        <Button variant="quiet" icon="plus" onClick={() => setEditing("new")}>
          Novo item
        </Button>
      }
    >
      {error && !items ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : !items ? (
        <div className={rows.pending}>
          <Skeleton rows={4} height={44} />
        </div>
      ) : items.length === 0 ? (
        <EmptyState
          icon="menu"
          title="Cardápio vazio"
          action={
            <Button variant="primary" icon="plus" onClick={() => setEditing("new")}>
              Novo item
            </Button>
          }
        >
          Com o cardápio aqui, o atendente responde preços certos e anota pedidos.
        </EmptyState>
      ) : (
        categories.map(([name, dishes]) => (
          <div key={name} className={styles.category}>
            <h3 className={styles.title}>{name}</h3>
            <ul>
              {dishes.map((item) => (
                <MenuRow key={item.id} slug={slug} item={item} onEdit={() => setEditing(item)} onRemove={() => setRemoving(item)} />
              ))}
            </ul>
          </div>
        ))
      )}
      {editing && (
        <ItemDialog
          slug={slug}
          item={editing === "new" ? null : editing}
          categories={[...new Set(items?.flatMap(({ categoria }) => categoria ?? []))]}
          onClose={() => setEditing(null)}
        />
      )}
      <ConfirmDialog
        open={removing !== null}
        onOpenChange={() => setRemoving(null)}
        title={`Apagar “${removing?.nome ?? ""}”?`}
        confirm="Apagar item"
        danger
        working={removal.isPending}
        error={removal.error}
        onConfirm={() => removing && removal.mutate(removing)}
      >
        Se ele só acabou por hoje, desligue “disponível” em vez de apagar.
      </ConfirmDialog>
    </Section>
  );
}
