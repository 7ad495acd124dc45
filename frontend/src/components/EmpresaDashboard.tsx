import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "react-router";
import { plural } from "../lib/format";
import { periodOf } from "../lib/period";
import { empresaQuery, metricasEmpresaQuery } from "../services/queries";
import type { MetricasEmpresa } from "../services/types";
import { ClienteList } from "./dashboard/ClienteList";
import styles from "./dashboard/EmpresaColumns.module.css";
import { PeriodChoice } from "./dashboard/PeriodChoice";
import { RecentConversas } from "./dashboard/RecentConversas";
import { usePeriod } from "./dashboard/usePeriod";
import { ErrorState } from "./ui/ErrorState";
import { Figure } from "./ui/Figure";
import { Figures } from "./ui/Figures";
import { Icon } from "./ui/Icon";
import { Page } from "./ui/Page";
import { Section } from "./ui/Section";
import { StatusDot } from "./ui/StatusDot";

function todaySentence(today: MetricasEmpresa): string {
  if (today.atendimentos === 0) return "Nenhum atendimento hoje ainda.";
  return `Hoje: ${plural(today.atendimentos, "atendimento", "atendimentos")}, ${plural(today.reservas, "reserva", "reservas")}, ${plural(today.respostas, "resposta", "respostas")}.`;
}

export default function EmpresaDashboard() {
  const { slug = "" } = useParams();
  const [period, setPeriod] = usePeriod();
  const empresa = useQuery(empresaQuery(slug));
  const metricas = useQuery(metricasEmpresaQuery(slug, periodOf(period)));
  const today = useQuery(metricasEmpresaQuery(slug, periodOf("hoje")));

  const error = empresa.error ?? metricas.error;
  if (error && !(empresa.data && metricas.data)) {
    return (
      <Page title="Empresa">
        <ErrorState error={error} onRetry={() => void Promise.all([empresa.refetch(), metricas.refetch()])} />
      </Page>
    );
  }

  const erros = metricas.data?.erros_24h ?? 0;
  return (
    <Page
      title={empresa.data?.nome ?? "…"}
      lead={
        <span className={styles.lead}>
          {empresa.data && <StatusDot status={empresa.data.status} />}
          <span>{today.data ? todaySentence(today.data) : "…"}</span>
        </span>
      }
      actions={<PeriodChoice value={period} onChange={setPeriod} />}
    >
      {erros > 0 && (
        <Link className={styles.errors} to={`/admin/logs?empresa=${encodeURIComponent(slug)}&nivel=ERROR`}>
          <Icon name="alert" />
          {plural(erros, "erro nas últimas 24 horas", "erros nas últimas 24 horas")}: ver nos logs
        </Link>
      )}
      <Figures label="Números da empresa">
        <Figure label="Clientes únicos" value={metricas.data?.clientes_unicos} />
        <Figure label="Atendimentos" value={metricas.data?.atendimentos} />
        <Figure label="Reservas" value={metricas.data?.reservas} />
        <Figure label="Respostas" value={metricas.data?.respostas} />
      </Figures>
      <div className={styles.columns}>
        <Section title="Conversas recentes" aside={<Link to={`/admin/${slug}/conversas`}>Ver todas</Link>}>
          <RecentConversas slug={slug} />
        </Section>
        <Section title="Clientes">
          <ClienteList slug={slug} />
        </Section>
      </div>
    </Page>
  );
}
