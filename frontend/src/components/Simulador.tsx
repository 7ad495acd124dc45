import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "react-router";
import { empresasQuery } from "../services/queries";
import { Bench } from "./simulador/Bench";
import { EmptyState } from "./ui/EmptyState";
import { ErrorState } from "./ui/ErrorState";
import { Page } from "./ui/Page";
import { Skeleton } from "./ui/Skeleton";

/** Chooses the company of the simulator; the bench below it is the simulator itself. */
export default function Simulador() {
  const { data, error, refetch } = useQuery(empresasQuery());
  const [params, setParams] = useSearchParams();
  const empresas = data?.items;
  const wanted = params.get("empresa");
  const empresa = empresas?.find(({ slug }) => slug === wanted) ?? empresas?.find(({ status }) => status === "ativo") ?? empresas?.[0];

  if (empresas && empresa) {
    return <Bench empresas={empresas} empresa={empresa} onEmpresa={(slug) => setParams({ empresa: slug }, { replace: true })} />;
  }
  return (
    <Page title="Simulador">
      {error ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : empresas ? (
        <EmptyState icon="store" title="Nenhuma empresa cadastrada">
          O simulador escreve para uma empresa. Cadastre a primeira para experimentar.
        </EmptyState>
      ) : (
        <Skeleton height={480} />
      )}
    </Page>
  );
}
