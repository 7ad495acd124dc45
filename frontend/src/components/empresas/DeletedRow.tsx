import { useNow } from "../../lib/clock";
import { formatFull, plural } from "../../lib/format";
import { restoreEmpresa } from "../../services/empresas";
import type { Empresa } from "../../services/types";
import { Button } from "../ui/Button";
import { useChange } from "../ui/useChange";
import styles from "./EmpresaList.module.css";

const DAY_MS = 86_400_000;
/** How long a deleted company can be brought back. */
const KEPT_DAYS = 30;

export function DeletedRow({ empresa }: { empresa: Empresa }) {
  const now = useNow();
  const since = empresa.excluida_em ?? empresa.updated_at;
  const left = Math.max(0, Math.ceil(KEPT_DAYS - (now - Date.parse(since)) / DAY_MS));
  const restore = useChange({
    run: () => restoreEmpresa(empresa.slug),
    refresh: ["empresas"],
    done: `${empresa.nome} voltou, com tudo o que tinha.`,
    loud: true,
  });
  return (
    <li className={styles.row}>
      <div className={styles.open}>
        <span className={styles.words}>
          <span className={styles.name}>{empresa.nome}</span>
          <span className={styles.slug} title={`Excluída: ${formatFull(since)}`}>
            {left > 0 ? `Apagada de vez em ${plural(left, "dia", "dias")}` : "Será apagada de vez a qualquer momento"}
          </span>
        </span>
        <Button icon="repeat" working={restore.isPending} aria-label={`Restaurar ${empresa.nome}`} onClick={() => restore.mutate()}>
          Restaurar
        </Button>
      </div>
    </li>
  );
}
