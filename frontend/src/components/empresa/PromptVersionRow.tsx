import { useNow } from "../../lib/clock";
import { formatFull, formatRelative } from "../../lib/format";
import type { PromptVersao } from "../../services/types";
import { Badge } from "../ui/Badge";
import { Button } from "../ui/Button";
import styles from "./PromptVersionRow.module.css";

interface Props {
  version: PromptVersao;
  onRead: () => void;
  onReturn: () => void;
}

export function PromptVersionRow({ version, onRead, onReturn }: Props) {
  const now = useNow();
  const name = `versão ${version.numero}`;
  return (
    <li className={styles.row}>
      <div className={styles.words}>
        <p className={styles.name}>
          Versão {version.numero} {version.atual && <Badge tone="solid">No ar</Badge>}
        </p>
        {version.nota && <p className={styles.note}>{version.nota}</p>}
        <p className={styles.about}>
          {version.autor ?? "Sistema"} ·{" "}
          <time dateTime={version.created_at} title={formatFull(version.created_at)}>
            {formatRelative(version.created_at, now)}
          </time>
        </p>
      </div>
      <div className={styles.acts}>
        <Button variant="quiet" aria-label={`Ver o que mudou na ${name}`} onClick={onRead}>
          Ver o que mudou
        </Button>
        {!version.atual && (
          <Button aria-label={`Voltar à ${name}`} onClick={onReturn}>
            Voltar a esta versão
          </Button>
        )}
      </div>
    </li>
  );
}
