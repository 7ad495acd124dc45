import { useState } from "react";
import type { CodigoAcesso, Usuario } from "../../services/types";
import { createCodigo, deleteUsuario, updateUsuario } from "../../services/usuarios";
import { Button } from "../ui/Button";
import { ConfirmDialog } from "../ui/ConfirmDialog";
import { useChange } from "../ui/useChange";
import styles from "./UsuarioActs.module.css";

interface Props {
  usuario: Usuario;
  onCode: (codigo: CodigoAcesso) => void;
  /** Something happened to the person that closes the dialog. */
  onGone: () => void;
}

/** A new way in, out for now, or out for good. */
export function UsuarioActs({ usuario, onCode, onGone }: Props) {
  const [asking, setAsking] = useState<"desativar" | "excluir" | null>(null);
  const code = useChange({ run: () => createCodigo(usuario.id), refresh: ["usuarios"], onDone: onCode, loud: true });
  const activation = useChange({
    run: () => updateUsuario(usuario.id, { ativo: !usuario.ativo }),
    refresh: ["usuarios"],
    done: usuario.ativo ? "Acesso desativado: as sessões abertas caíram." : "Acesso reativado.",
    onDone: onGone,
  });
  const deletion = useChange({
    run: () => deleteUsuario(usuario.id),
    refresh: ["usuarios"],
    done: "Usuário excluído.",
    onDone: onGone,
  });
  return (
    <div className={styles.acts}>
      {usuario.ativo && (
        <Button icon="key" working={code.isPending} onClick={() => code.mutate()}>
          Gerar código de acesso
        </Button>
      )}
      <Button
        icon={usuario.ativo ? "pause" : "play"}
        working={activation.isPending && asking === null}
        onClick={() => (usuario.ativo ? setAsking("desativar") : activation.mutate())}
      >
        {usuario.ativo ? "Desativar acesso" : "Reativar acesso"}
      </Button>
      <Button variant="danger" icon="trash" onClick={() => setAsking("excluir")}>
        Excluir usuário
      </Button>
      <ConfirmDialog
        open={asking === "desativar"}
        onOpenChange={() => setAsking(null)}
        title="Desativar o acesso?"
        confirm="Desativar"
        danger
        working={activation.isPending}
        error={activation.error}
        onConfirm={() => activation.mutate()}
      >
        {usuario.email} sai do painel agora, onde quer que esteja aberto, e não entra mais até ser reativado.
      </ConfirmDialog>
      <ConfirmDialog
        open={asking === "excluir"}
        onOpenChange={() => setAsking(null)}
        title="Excluir o usuário?"
        confirm="Excluir"
        danger
        working={deletion.isPending}
        error={deletion.error}
        onConfirm={() => deletion.mutate()}
      >
        {usuario.email} perde o acesso agora. Não dá para desfazer; o que a pessoa fez continua na auditoria. Se ela pode voltar, prefira
        desativar.
      </ConfirmDialog>
    </div>
  );
}
