import { Link } from "react-router";
import { formatNumber, plural } from "../../lib/format";
import type { LinhaEmpresa } from "../../services/types";
import { Badge } from "../ui/Badge";
import { EmptyState } from "../ui/EmptyState";
import { Icon } from "../ui/Icon";
import { Skeleton } from "../ui/Skeleton";
import { StatusDot } from "../ui/StatusDot";
import styles from "./EmpresaRows.module.css";

interface Props {
  empresas: readonly LinhaEmpresa[] | undefined;
}

export function EmpresaRows({ empresas }: Props) {
  if (!empresas) {
    return (
      <div className={styles.pending}>
        <Skeleton rows={3} height={48} />
      </div>
    );
  }
  if (empresas.length === 0) {
    return (
      <EmptyState icon="store" title="Nenhuma empresa cadastrada">
        As empresas aparecem aqui com a situação e os números de cada uma.
      </EmptyState>
    );
  }
  return (
    <ul>
      {empresas.map((empresa) => (
        <li key={empresa.slug}>
          <Link className={styles.row} to={`/admin/${empresa.slug}`}>
            <span className={styles.name}>
              <span className={styles.title}>{empresa.nome}</span>
              <StatusDot status={empresa.status} />
            </span>
            <dl className={styles.counts}>
              <div>
                <dt>Clientes</dt>
                <dd>{formatNumber(empresa.clientes_unicos)}</dd>
              </div>
              <div>
                <dt>Atendimentos</dt>
                <dd>{formatNumber(empresa.atendimentos)}</dd>
              </div>
              <div>
                <dt>Reservas</dt>
                <dd>{formatNumber(empresa.reservas)}</dd>
              </div>
              <div>
                <dt>Respostas</dt>
                <dd>{formatNumber(empresa.respostas)}</dd>
              </div>
            </dl>
            <span className={styles.errors}>
              {empresa.erros_24h > 0 ? (
                <Badge tone="signal">{plural(empresa.erros_24h, "erro em 24 h", "erros em 24 h")}</Badge>
              ) : (
                <span className={styles.calm}>Sem erros em 24 h</span>
              )}
            </span>
            <span className={styles.arrow}>
              <Icon name="chevron" size={18} />
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
