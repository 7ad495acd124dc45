import { cx } from "../../lib/cx";
import type { Conexao } from "../../services/types";
import { Badge } from "../ui/Badge";
import { Icon } from "../ui/Icon";
import styles from "./ConnectionResult.module.css";

/** The vendor's answer, and what to do about it. */
export function ConnectionResult({ conexao }: { conexao: Conexao }) {
  return (
    <div className={cx(styles.result, !conexao.ok && styles.failed)} role="status">
      <p className={styles.message}>
        <span className={styles.mark}>
          <Icon name={conexao.ok ? "check" : "alert"} />
        </span>
        <span>
          {conexao.ok ? "" : "Falhou: "}
          {conexao.mensagem}
        </span>
        {conexao.simulada && <Badge tone="dashed">Simulada</Badge>}
      </p>
      {conexao.o_que_fazer && <p className={styles.todo}>{conexao.o_que_fazer}</p>}
      {conexao.detalhes.length > 0 && (
        <dl className={styles.details}>
          {conexao.detalhes.map(({ rotulo, valor }) => (
            <div key={rotulo}>
              <dt>{rotulo}</dt>
              <dd>{valor}</dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}
