import { useQuery } from "@tanstack/react-query";
import { periodOf } from "../lib/period";
import { metricasQuery } from "../services/queries";
import { EmpresaRows } from "./dashboard/EmpresaRows";
import { NeedsAttention } from "./dashboard/NeedsAttention";
import { PeriodChoice } from "./dashboard/PeriodChoice";
import { usePeriod } from "./dashboard/usePeriod";
import { ErrorState } from "./ui/ErrorState";
import { Figure } from "./ui/Figure";
import { Figures } from "./ui/Figures";
import { Page } from "./ui/Page";
import { Section } from "./ui/Section";

export default function AdminDashboard() {
  const [period, setPeriod] = usePeriod();
  const { data, error, refetch } = useQuery(metricasQuery(periodOf(period)));

  return (
    <Page
      title="Visão geral"
      lead="Todas as empresas, agora."
      actions={<PeriodChoice value={period} onChange={setPeriod} />}
    >
      {error && !data ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : (
        <>
          <NeedsAttention empresas={data?.empresas} />
          <Figures label="Totais">
            <Figure label="Empresas ativas" value={data?.empresas_ativas} />
            <Figure label="Clientes únicos" value={data?.clientes_unicos} />
            <Figure label="Atendimentos" value={data?.atendimentos} />
            <Figure label="Reservas" value={data?.reservas} />
            <Figure label="Respostas" value={data?.respostas} />
          </Figures>
          <Section title="Empresas">
            <EmpresaRows empresas={data?.empresas} />
          </Section>
        </>
      )}
    </Page>
  );
}
