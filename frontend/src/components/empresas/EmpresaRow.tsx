import { Link } from "react-router";
import type { Empresa } from "../../services/types";
import { Icon } from "../ui/Icon";
import { StatusDot } from "../ui/StatusDot";
import styles from "./EmpresaList.module.css";

export function EmpresaRow({ empresa: { slug, nome, status } }: { empresa: Empresa }) {
  return (
    <li className={styles.row}>
      <Link className={styles.open} to={`/admin/${slug}`}>
        <span className={styles.words}>
          <span className={styles.name}>{nome}</span>
          <span className={styles.slug}>{slug}</span>
        </span>
        <StatusDot status={status} />
      </Link>
      <Link className={styles.settings} to={`/admin/${slug}/configuracao`} aria-label={`Configurar ${nome}`} title="Configurar">
        <Icon name="settings" />
      </Link>
    </li>
  );
}
