import { Link } from "react-router";
import { plural } from "../../lib/format";
import type { LinhaEmpresa } from "../../services/types";
import { Icon } from "../ui/Icon";
import { Section } from "../ui/Section";
import { Skeleton } from "../ui/Skeleton";
import styles from "./NeedsAttention.module.css";

interface Alert {
  key: string;
  to: string;
  title: string;
  text: string;
}

interface Props {
  empresas: readonly LinhaEmpresa[] | undefined;
}

/** What a person should look at before anything else: work that stopped, and companies with recent errors. */
export function NeedsAttention({ empresas }: Props) {
  const alerts: Alert[] = [
    ...(empresas ?? [])
      .filter(({ parados }) => parados > 0)
      .map((empresa) => ({
        key: `parados-${empresa.slug}`,
        to: "/admin/buffer",
        title: `${plural(empresa.parados, "resposta parada", "respostas paradas")} em ${empresa.nome}`,
        text: "Há cliente esperando. Abra o buffer, veja o motivo e processe de novo.",
      })),
    ...(empresas ?? [])
      .filter(({ erros_24h }) => erros_24h > 0)
      .map((empresa) => ({
        key: `erros-${empresa.slug}`,
        to: `/admin/logs?empresa=${encodeURIComponent(empresa.slug)}&nivel=ERROR`,
        title: `${plural(empresa.erros_24h, "erro", "erros")} em ${empresa.nome}`,
        text: "Aconteceu nas últimas 24 horas. Veja nos logs o que foi.",
      })),
  ];

  return (
    <Section title="Precisam de você">
      {!empresas ? (
        <div className={styles.calm}>
          <Skeleton height={20} />
        </div>
      ) : alerts.length === 0 ? (
        <p className={styles.calm}>
          <Icon name="check" />
          Tudo em ordem: nenhuma resposta parada e nenhum erro nas últimas 24 horas.
        </p>
      ) : (
        <ul>
          {alerts.map((alert) => (
            <li key={alert.key}>
              <Link className={styles.alert} to={alert.to}>
                <span className={styles.mark}>
                  <Icon name="alert" />
                </span>
                <span className={styles.words}>
                  <strong className={styles.title}>{alert.title}</strong>
                  <span className={styles.text}>{alert.text}</span>
                </span>
                <Icon name="chevron" size={18} />
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
