import { cx } from "../../lib/cx";
import { roleOf } from "../../lib/roles";
import type { Usuario } from "../../services/types";
import { Badge } from "../ui/Badge";
import { Icon } from "../ui/Icon";
import styles from "./UsuarioRow.module.css";

interface Props {
  usuario: Usuario;
  isMe: boolean;
  showEmpresa: boolean;
  onOpen: () => void;
}

export function UsuarioRow({ usuario, isMe, showEmpresa, onOpen }: Props) {
  return (
    <button type="button" className={styles.row} aria-haspopup="dialog" onClick={onOpen}>
      <span className={styles.mark} aria-hidden="true">
        <Icon name={usuario.is_superuser ? "shield" : "user"} size={18} />
      </span>
      <span className={styles.words}>
        <span className={cx(styles.email, !usuario.ativo && styles.off)}>{usuario.email}</span>
        <span className={styles.about}>
          {roleOf(usuario)}
          {showEmpresa && usuario.empresa && ` · ${usuario.empresa.nome}`}
        </span>
      </span>
      <span className={styles.badges}>
        {isMe && <Badge>Você</Badge>}
        {!usuario.ativo && <Badge tone="dashed">Desativado</Badge>}
        {usuario.ativo && usuario.trocar_senha && <Badge tone="dashed">Vai trocar a senha</Badge>}
      </span>
      <Icon name="chevron" size={18} />
    </button>
  );
}
