import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { deleteFato, fatosQuery, updateFato } from "../../services/empresas";
import type { Fato } from "../../services/types";
import { Button } from "../ui/Button";
import { ConfirmDialog } from "../ui/ConfirmDialog";
import { EmptyState } from "../ui/EmptyState";
import { ErrorState } from "../ui/ErrorState";
import { IconButton } from "../ui/IconButton";
import { Section } from "../ui/Section";
import { Skeleton } from "../ui/Skeleton";
import { useChange } from "../ui/useChange";
import { FatoDialog } from "./FatoDialog";
import rows from "./Rows.module.css";
import type { SectionProps } from "./sections";

/** One thing worth knowing per entry; the attendant answers with them and invents nothing beyond. */
export default function FatosSection({ empresa: { slug } }: SectionProps) {
  const { data, error, refetch } = useQuery(fatosQuery(slug));
  const [editing, setEditing] = useState<Fato | "new" | null>(null);
  const [removing, setRemoving] = useState<Fato | null>(null);
  const removal = useChange({
    run: (fato: Fato) => deleteFato(slug, fato.id),
    refresh: ["empresas", slug, "fatos"],
    done: "Fato apagado.",
    onDone: () => setRemoving(null),
  });
  const facts = data?.items;
  const move = useChange({
    // Every fact gets its place again: two that share a number would never change places.
    run: async (order: readonly Fato[]) => {
      for (const [ordem, fato] of order.entries()) if (fato.ordem !== ordem) await updateFato(slug, fato.id, { ordem });
    },
    refresh: ["empresas", slug, "fatos"],
    loud: true,
  });
  const raise = (index: number) => {
    const order = [...(facts ?? [])];
    const [fact] = order.splice(index, 1);
    if (fact) move.mutate([...order.slice(0, index - 1), fact, ...order.slice(index - 1)]);
  };

  return (
    <Section
      title="Fatos"
      aside={
        <Button variant="quiet" icon="plus" onClick={() => setEditing("new")}>
          Novo fato
        </Button>
      }
    >
      {error && !facts ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : !facts ? (
        <div className={rows.pending}>
          <Skeleton rows={4} height={40} />
        </div>
      ) : facts.length === 0 ? (
        <EmptyState
          icon="book"
          title="Nenhum fato ainda"
          action={
            <Button variant="primary" icon="plus" onClick={() => setEditing("new")}>
              Novo fato
            </Button>
          }
        >
          Escreva o que os clientes mais perguntam: estacionamento, formas de pagamento, se aceita animais. O atendente passa a saber na
          hora.
        </EmptyState>
      ) : (
        <ul>
          {facts.map((fato, index) => (
            <li className={rows.row} key={fato.id}>
              <span className={rows.words}>
                <span className={rows.name}>{fato.titulo}</span>
                <span className={rows.text}>{fato.texto}</span>
              </span>
              {index > 0 && (
                <IconButton icon="up" label={`Subir ${fato.titulo}`} disabled={move.isPending} onClick={() => raise(index)} />
              )}
              <IconButton icon="pencil" label={`Editar ${fato.titulo}`} onClick={() => setEditing(fato)} />
              <IconButton icon="trash" label={`Apagar ${fato.titulo}`} onClick={() => setRemoving(fato)} />
            </li>
          ))}
        </ul>
      )}
      {editing && <FatoDialog slug={slug} fato={editing === "new" ? null : editing} onClose={() => setEditing(null)} />}
      <ConfirmDialog
        open={removing !== null}
        onOpenChange={() => setRemoving(null)}
        title={`Apagar “${removing?.titulo ?? ""}”?`}
        confirm="Apagar fato"
        danger
        working={removal.isPending}
        error={removal.error}
        onConfirm={() => removing && removal.mutate(removing)}
      >
        O atendente deixa de saber disso na próxima resposta.
      </ConfirmDialog>
    </Section>
  );
}
