import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { empresasQuery, logsQuery } from "../services/queries";
import { useMe } from "../services/session";
import type { Nivel } from "../services/types";
import { LogRow } from "./logs/LogRow";
import styles from "./LogsViewer.module.css";
import { Button } from "./ui/Button";
import { EmptyState } from "./ui/EmptyState";
import { ErrorState } from "./ui/ErrorState";
import { Page } from "./ui/Page";
import { SelectField } from "./ui/SelectField";
import { Skeleton } from "./ui/Skeleton";

const LEVELS: readonly { value: Nivel; label: string }[] = [
  { value: "INFO", label: "Tudo" },
  { value: "WARNING", label: "Avisos e acima" },
  { value: "ERROR", label: "Erros e acima" },
  { value: "CRITICAL", label: "Só críticos" },
];

/** The activity log: dense, live, pausable. The filters live in the address. */
export default function LogsViewer() {
  const me = useMe();
  const [params, setParams] = useSearchParams();
  const [following, setFollowing] = useState(true);
  const nivel = LEVELS.find(({ value }) => value === params.get("nivel"))?.value ?? "INFO";
  const empresa = params.get("empresa") ?? "";
  const empresas = useQuery({ ...empresasQuery(), enabled: me.is_superuser });
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(
    logsQuery({ nivel, ...(empresa && { empresa }) }, following),
  );
  const logs = data?.pages.flatMap((page) => page.items);
  const filtered = nivel !== "INFO" || empresa !== "";

  const filter = (name: "empresa" | "nivel", value: string) => {
    const next = new URLSearchParams(params);
    if (value === "" || value === "INFO") next.delete(name);
    else next.set(name, value);
    setParams(next, { replace: true });
  };

  return (
    <Page
      title="Logs e erros"
      lead="O que o sistema fez e o que deu errado. Os registros não trazem o texto nem o telefone de ninguém."
      actions={
        <Button icon={following ? "pause" : "play"} onClick={() => setFollowing(!following)}>
          {following ? "Pausar" : "Acompanhar"}
        </Button>
      }
    >
      <div className={styles.filters}>
        {me.is_superuser && (
          <SelectField label="Empresa" compact value={empresa} onChange={(event) => filter("empresa", event.target.value)}>
            <option value="">Todas</option>
            {empresas.data?.items.map(({ slug, nome }) => (
              <option key={slug} value={slug}>
                {nome}
              </option>
            ))}
            {empresa && !empresas.data?.items.some(({ slug }) => slug === empresa) && <option value={empresa}>{empresa}</option>}
          </SelectField>
        )}
        <SelectField label="Nível" compact value={nivel} onChange={(event) => filter("nivel", event.target.value)}>
          {LEVELS.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </SelectField>
      </div>
      {error && !logs ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : !logs ? (
        <Skeleton rows={10} height={20} />
      ) : logs.length === 0 ? (
        <EmptyState icon="check" title={filtered ? "Nada com estes filtros" : "Nenhum registro ainda"}>
          {filtered
            ? "Nenhum registro deste nível para esta escolha. Mude os filtros para ver mais."
            : "Cada mensagem recebida, resposta enviada e falha deixa uma linha aqui."}
        </EmptyState>
      ) : (
        <div className={styles.log}>
          <ul>
            {logs.map((log) => (
              <li key={log.id}>
                <LogRow log={log} />
              </li>
            ))}
          </ul>
          {hasNextPage && (
            <div className={styles.more}>
              <Button variant="quiet" wide working={isFetchingNextPage} onClick={() => void fetchNextPage()}>
                Registros anteriores
              </Button>
            </div>
          )}
        </div>
      )}
    </Page>
  );
}
