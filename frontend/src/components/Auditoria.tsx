import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useSearchParams } from "react-router";
import { ACTS } from "../lib/audit";
import { PERIODS, periodName, periodOf } from "../lib/period";
import { auditoriaQuery } from "../services/auditoria";
import { empresasQuery } from "../services/queries";
import { useMe } from "../services/session";
import { AuditoriaRow } from "./auditoria/AuditoriaRow";
import styles from "./Auditoria.module.css";
import { Button } from "./ui/Button";
import { EmptyState } from "./ui/EmptyState";
import { ErrorState } from "./ui/ErrorState";
import { Page } from "./ui/Page";
import { Section } from "./ui/Section";
import { SelectField } from "./ui/SelectField";
import { Skeleton } from "./ui/Skeleton";

type FilterName = "empresa" | "acao" | "periodo";

/** Who changed what and when. The filters live in the address. */
export default function Auditoria() {
  const me = useMe();
  const [params, setParams] = useSearchParams();
  const empresa = me.is_superuser ? (params.get("empresa") ?? "") : "";
  const acao = params.get("acao") ?? "";
  const period = periodName(params.get("periodo"));
  const { desde } = useMemo(() => periodOf(period), [period]);
  const empresas = useQuery({ ...empresasQuery(), enabled: me.is_superuser });
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(
    auditoriaQuery({ ...(empresa && { empresa }), ...(acao && { acao }), ...(desde && { desde }) }),
  );
  const records = data?.pages.flatMap((page) => page.items);
  const filtered = empresa !== "" || acao !== "" || period !== "tudo";
  const names = new Map(empresas.data?.items.map(({ slug, nome }) => [slug, nome]));

  const filter = (name: FilterName, value: string) => {
    const next = new URLSearchParams(params);
    if (value === "" || value === "tudo") next.delete(name);
    else next.set(name, value);
    setParams(next, { replace: true });
  };

  return (
    <Page title="Auditoria" lead="Quem mudou o quê, e quando. Nada aqui pode ser alterado ou apagado; segredos nunca aparecem.">
      <div className={styles.filters}>
        {me.is_superuser && (
          <SelectField label="Empresa" compact value={empresa} onChange={(event) => filter("empresa", event.target.value)}>
            <option value="">Todas</option>
            {empresas.data?.items.map(({ slug, nome }) => (
              <option key={slug} value={slug}>
                {nome}
              </option>
            ))}
            {empresa && !names.has(empresa) && <option value={empresa}>{empresa}</option>}
          </SelectField>
        )}
        <SelectField label="O que foi feito" compact value={acao} onChange={(event) => filter("acao", event.target.value)}>
          <option value="">Tudo</option>
          {Object.entries(ACTS).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </SelectField>
        <SelectField label="Período" compact value={period} onChange={(event) => filter("periodo", event.target.value)}>
          {PERIODS.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </SelectField>
      </div>
      {error && !records ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : !records ? (
        <Skeleton rows={6} height={56} />
      ) : records.length === 0 ? (
        <EmptyState icon="history" title={filtered ? "Nada com estes filtros" : "Nenhuma alteração ainda"}>
          {filtered
            ? "Nenhum registro para esta escolha. Mude os filtros para ver mais."
            : "Cada mudança de configuração, de prompt ou de pessoas deixa um registro aqui, com quem fez."}
        </EmptyState>
      ) : (
        <Section title="Alterações">
          <ul>
            {records.map((record) => (
              <AuditoriaRow
                key={record.id}
                record={record}
                empresa={me.is_superuser && record.empresa ? (names.get(record.empresa) ?? record.empresa) : null}
              />
            ))}
          </ul>
          {hasNextPage && (
            <div className={styles.more}>
              <Button variant="quiet" wide working={isFetchingNextPage} onClick={() => void fetchNextPage()}>
                Registros anteriores
              </Button>
            </div>
          )}
        </Section>
      )}
    </Page>
  );
}
