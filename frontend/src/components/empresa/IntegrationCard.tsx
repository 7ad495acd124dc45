import type { ReactNode } from "react";
import { testConexao } from "../../services/empresas";
import type { Empresa, Integracao } from "../../services/types";
import { Badge } from "../ui/Badge";
import { Button } from "../ui/Button";
import { FieldError } from "../ui/FieldError";
import formStyles from "../ui/Form.module.css";
import { Section } from "../ui/Section";
import { sentenceOf } from "../../services/errors";
import { useChange } from "../ui/useChange";
import { ConnectionResult } from "./ConnectionResult";
import styles from "./IntegrationCard.module.css";

interface Props {
  integracao: Integracao;
  title: string;
  empresa: Empresa;
  /** Something is not saved: what would be tested is not what is typed. */
  dirty: boolean;
  children: ReactNode;
}

const ORIGINS = {
  empresa: "Credenciais da empresa",
  ambiente: "Credenciais do sistema",
  simulador: "Simulada",
} as const;

/** One vendor: its credentials, where they come from, and a trial of the connection. */
export function IntegrationCard({ integracao, title, empresa, dirty, children }: Props) {
  const { origem, falta } = empresa.credenciais[integracao];
  const trial = useChange({ run: () => testConexao(empresa.slug, integracao), refresh: ["empresas", empresa.slug, "conexao"] });
  return (
    <Section
      title={title}
      aside={
        <Badge tone={origem === "empresa" ? "solid" : origem === "simulador" ? "dashed" : "plain"}>
          {origem ? ORIGINS[origem] : "Desligada"}
        </Badge>
      }
    >
      <div className={formStyles.form}>
        {falta && (
          <p className={styles.missing} role="status">
            {falta}
          </p>
        )}
        {children}
        <hr className={formStyles.rule} />
        <div className={styles.trial}>
          <Button icon="plug" working={trial.isPending} disabled={dirty} onClick={() => trial.mutate()} aria-label={`Testar conexão: ${title}`}>
            Testar conexão
          </Button>
          {dirty && <p className={formStyles.note}>Salve as alterações antes de testar.</p>}
        </div>
        {trial.error && <FieldError id={`${integracao}-erro`} text={sentenceOf(trial.error)} />}
        {trial.data && !dirty && <ConnectionResult conexao={trial.data} />}
      </div>
    </Section>
  );
}
