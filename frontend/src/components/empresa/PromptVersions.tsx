import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { promptsQuery, restorePrompt } from "../../services/empresas";
import type { PromptVersao } from "../../services/types";
import { Button } from "../ui/Button";
import { ConfirmDialog } from "../ui/ConfirmDialog";
import { EmptyState } from "../ui/EmptyState";
import { ErrorState } from "../ui/ErrorState";
import { Section } from "../ui/Section";
import { Skeleton } from "../ui/Skeleton";
import { useChange } from "../ui/useChange";
import { DiffDialog } from "./DiffDialog";
import { PromptVersionRow } from "./PromptVersionRow";
import rows from "./Rows.module.css";

interface Props {
  slug: string;
  /** Number of the version that answers now. */
  current: number;
  /** Something typed in the editor is not published. */
  dirty: boolean;
}

export function PromptVersions({ slug, current, dirty }: Props) {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(promptsQuery(slug));
  const [reading, setReading] = useState<PromptVersao | null>(null);
  const [returning, setReturning] = useState<PromptVersao | null>(null);
  const restore = useChange({
    run: (version: PromptVersao) => restorePrompt(slug, version.numero),
    refresh: ["empresas"],
    done: (made, wanted) => `O texto da versão ${wanted.numero} voltou, agora como versão ${made.numero}.`,
    onDone: () => {
      setReturning(null);
      setReading(null);
    },
  });
  const versions = data?.pages.flatMap((page) => page.items);
  return (
    <Section title="Versões">
      {error && !versions ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : !versions ? (
        <div className={rows.pending}>
          <Skeleton rows={3} height={40} />
        </div>
      ) : versions.length === 0 ? (
        <EmptyState icon="history" title="Nenhuma versão ainda">
          Cada publicação fica guardada aqui, com quem publicou e quando. Dá para comparar e voltar.
        </EmptyState>
      ) : (
        <>
          <ul>
            {versions.map((version) => (
              <PromptVersionRow
                key={version.numero}
                version={version}
                onRead={() => setReading(version)}
                onReturn={() => setReturning(version)}
              />
            ))}
          </ul>
          {hasNextPage && (
            <Button variant="quiet" wide working={isFetchingNextPage} onClick={() => void fetchNextPage()}>
              Versões anteriores
            </Button>
          )}
        </>
      )}
      {reading && (
        <DiffDialog
          slug={slug}
          version={reading}
          current={current}
          onReturn={() => setReturning(reading)}
          onClose={() => setReading(null)}
        />
      )}
      <ConfirmDialog
        open={returning !== null}
        onOpenChange={() => setReturning(null)}
        title={`Voltar à versão ${returning?.numero ?? ""}?`}
        confirm="Voltar a esta versão"
        working={restore.isPending}
        error={restore.error}
        onConfirm={() => returning && restore.mutate(returning)}
      >
        O texto dela é publicado de novo, como uma versão nova, e vale a partir da próxima resposta. Nenhuma versão se perde.
        {dirty && " O que está no editor e não foi publicado continua lá."}
      </ConfirmDialog>
    </Section>
  );
}
