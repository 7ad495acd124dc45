import { cx } from "../../lib/cx";
import { formatMoney } from "../../lib/money";
import { updateItem } from "../../services/empresas";
import type { ItemCardapio } from "../../services/types";
import { IconButton } from "../ui/IconButton";
import { Switch } from "../ui/Switch";
import { useChange } from "../ui/useChange";
import styles from "./MenuRow.module.css";

interface Props {
  slug: string;
  item: ItemCardapio;
  onEdit: () => void;
  onRemove: () => void;
}

/** A dish; what ran out is switched off where it stands. */
export function MenuRow({ slug, item, onEdit, onRemove }: Props) {
  const toggle = useChange({
    run: (disponivel: boolean) => updateItem(slug, item.id, { disponivel }),
    refresh: ["empresas", slug, "cardapio"],
    done: (saved) => (saved.disponivel ? `${saved.nome} está disponível.` : `${saved.nome} está em falta.`),
    loud: true,
  });
  const available = toggle.isPending ? toggle.variables : item.disponivel;
  return (
    <li className={styles.row}>
      <div className={styles.words}>
        <p className={styles.name}>
          <span className={cx(!available && styles.off)}>{item.nome}</span>
          <span className={styles.price}>{formatMoney(item.preco_centavos)}</span>
        </p>
        {item.descricao && <p className={styles.text}>{item.descricao}</p>}
        {!available && <p className={styles.text}>Em falta</p>}
      </div>
      <div className={styles.acts}>
        <Switch bare label={`${item.nome}: disponível`} checked={available} onChange={(on) => toggle.mutate(on)} />
        <IconButton icon="pencil" label={`Editar ${item.nome}`} onClick={onEdit} />
        <IconButton icon="trash" label={`Apagar ${item.nome}`} onClick={onRemove} />
      </div>
    </li>
  );
}
