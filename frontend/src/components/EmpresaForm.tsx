import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, type ComponentType, type LazyExoticComponent } from "react";
import { useParams } from "react-router";
import { useMediaQuery } from "../lib/useMediaQuery";
import { canConfigure } from "../services/permissions";
import { empresaQuery } from "../services/queries";
import { useMe } from "../services/session";
import { PauseSwitch } from "./empresa/PauseSwitch";
import { SectionList } from "./empresa/SectionList";
import { sectionOf, type SectionKey, type SectionProps } from "./empresa/sections";
import styles from "./EmpresaForm.module.css";
import { Forbidden } from "./Forbidden";
import { NotFoundState } from "./NotFoundState";
import { BackLink } from "./ui/BackLink";
import { ErrorState } from "./ui/ErrorState";
import { Page } from "./ui/Page";
import { Skeleton } from "./ui/Skeleton";
import { StatusDot } from "./ui/StatusDot";

const PARTS: Readonly<Record<SectionKey, LazyExoticComponent<ComponentType<SectionProps>>>> = {
  geral: lazy(() => import("./empresa/GeralSection")),
  prompt: lazy(() => import("./empresa/PromptSection")),
  horarios: lazy(() => import("./empresa/HorariosSection")),
  reservas: lazy(() => import("./empresa/ReservasSection")),
  cardapio: lazy(() => import("./empresa/CardapioSection")),
  fatos: lazy(() => import("./empresa/FatosSection")),
  integracoes: lazy(() => import("./empresa/IntegracoesSection")),
  avancado: lazy(() => import("./empresa/AvancadoSection")),
};

/** Everything an owner may change. On a phone the sections are a list that opens; on a desk they stand beside the form. */
export default function EmpresaForm() {
  const { slug = "", secao } = useParams();
  const me = useMe();
  const wide = useMediaQuery("(min-width: 900px)");
  const { data: empresa, error, refetch } = useQuery(empresaQuery(slug));

  if (error && !empresa) {
    return (
      <Page title="Configuração">
        <ErrorState error={error} onRetry={() => void refetch()} />
      </Page>
    );
  }
  if (!empresa) {
    return (
      <Page title="Configuração">
        <Skeleton rows={6} height={44} />
      </Page>
    );
  }
  if (!canConfigure(me, slug)) return <Forbidden audience="gestores" />;

  const section = sectionOf(secao ?? (wide ? "geral" : undefined));
  const home = `/admin/${slug}/configuracao`;
  const lead = (
    <span className={styles.lead}>
      {empresa.nome}
      <StatusDot status={empresa.status} />
    </span>
  );
  if (secao !== undefined && !section) {
    return (
      <Page title="Configuração" lead={lead}>
        <NotFoundState />
      </Page>
    );
  }
  if (!section) {
    return (
      <Page title="Configuração" lead={lead}>
        <PauseSwitch empresa={empresa} />
        <SectionList slug={slug} />
      </Page>
    );
  }
  const Part = PARTS[section.key];
  const part = (
    <Suspense fallback={<Skeleton rows={5} height={44} />} key={`${slug}/${section.key}`}>
      <Part empresa={empresa} />
    </Suspense>
  );
  if (!wide) {
    return (
      <Page title={section.label} lead={lead} before={<BackLink to={home}>Configuração</BackLink>}>
        {part}
      </Page>
    );
  }
  return (
    <Page title="Configuração" lead={lead}>
      <div className={styles.columns}>
        <SectionList slug={slug} current={section.key} compact />
        {part}
      </div>
    </Page>
  );
}
