import { useState } from "react";
import { useNavigate } from "react-router";
import { deleteEmpresa, updateEmpresa } from "../../services/empresas";
import type { Empresa } from "../../services/types";
import { Button } from "../ui/Button";
import { ConfirmDialog } from "../ui/ConfirmDialog";
import formStyles from "../ui/Form.module.css";
import { Section } from "../ui/Section";
import { useChange } from "../ui/useChange";
import styles from "./DangerZone.module.css";

/** For superusers: out of service, and deletion. */
export function DangerZone({ empresa }: { empresa: Empresa }) {
  const navigate = useNavigate();
  const [asking, setAsking] = useState<"excluir" | "desativar" | null>(null);
  const inactive = empresa.status === "inativo";
  const status = useChange({
    run: () => updateEmpresa(empresa.slug, { status: inactive ? "ativo" : "inativo" }),
    refresh: ["empresas"],
    done: inactive ? "Empresa ativada." : "Empresa desativada.",
    onDone: () => setAsking(null),
  });
  const deletion = useChange({
    run: () => deleteEmpresa(empresa.slug),
    refresh: ["empresas"],
    done: `${empresa.nome} foi excluída. Ela pode ser restaurada por 30 dias.`,
    onDone: () => void navigate("/admin/empresas"),
  });
  return (
    <Section title="Zona de perigo">
      <div className={formStyles.form}>
        <div className={styles.act}>
          <div>
            <p className={styles.name}>{inactive ? "Ativar a empresa" : "Desativar a empresa"}</p>
            <p className={formStyles.note}>
              {inactive
                ? "Ela volta a receber e a responder mensagens."
                : "As mensagens são guardadas e ninguém responde, nem o bot nem a equipe."}
            </p>
          </div>
          <Button working={status.isPending && inactive} onClick={() => (inactive ? status.mutate() : setAsking("desativar"))}>
            {inactive ? "Ativar" : "Desativar"}
          </Button>
        </div>
        <hr className={formStyles.rule} />
        <div className={styles.act}>
          <div>
            <p className={styles.name}>Excluir a empresa</p>
            <p className={formStyles.note}>
              O webhook fecha na hora. Os dados são apagados de vez depois de 30 dias; até lá dá para restaurar.
            </p>
          </div>
          <Button variant="danger" icon="trash" onClick={() => setAsking("excluir")}>
            Excluir
          </Button>
        </div>
      </div>
      <ConfirmDialog
        open={asking === "desativar"}
        onOpenChange={() => setAsking(null)}
        title={`Desativar ${empresa.nome}?`}
        confirm="Desativar empresa"
        danger
        working={status.isPending}
        error={status.error}
        onConfirm={() => status.mutate()}
      >
        Quem escrever não será respondido até a empresa ser ativada de novo.
      </ConfirmDialog>
      <ConfirmDialog
        open={asking === "excluir"}
        onOpenChange={() => setAsking(null)}
        title={`Excluir ${empresa.nome}?`}
        confirm="Excluir empresa"
        danger
        word={empresa.slug}
        working={deletion.isPending}
        error={deletion.error}
        onConfirm={() => deletion.mutate()}
      >
        Clientes, conversas e reservas dela somem do painel agora e são apagados em 30 dias. As pessoas da equipe perdem o acesso.
      </ConfirmDialog>
    </Section>
  );
}
