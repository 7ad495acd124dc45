import { Link } from "react-router";
import type { Empresa } from "../../services/types";
import { CopyField } from "../ui/CopyField";
import { Icon } from "../ui/Icon";
import type { IconName } from "../ui/icons";
import styles from "./EmpresaCreated.module.css";

/** What a new company needs next, in order. */
export function EmpresaCreated({ empresa }: { empresa: Empresa }) {
  const home = `/admin/${empresa.slug}`;
  const steps: { to: string; icon: IconName; title: string; text: string }[] = [
    { to: `${home}/configuracao/prompt`, icon: "bot", title: "Escrever o prompt", text: "Como o atendente fala e o que oferece" },
    { to: `${home}/configuracao/integracoes`, icon: "plug", title: "Ligar as integrações", text: "WhatsApp, OpenAI, planilha e Chatwoot" },
    { to: `/admin/usuarios?empresa=${encodeURIComponent(empresa.slug)}`, icon: "users", title: "Criar o gestor", text: "Quem cuida desta empresa no dia a dia" },
    ...(empresa.simulada.twilio
      ? [{ to: `/admin/simulador?empresa=${encodeURIComponent(empresa.slug)}`, icon: "phone" as const, title: "Conversar no simulador", text: "Já funciona, sem conta em lugar nenhum" }]
      : []),
  ];
  return (
    <>
      <CopyField
        label="Endereço do webhook"
        value={empresa.webhook}
        hint="Cole na Twilio, no campo “When a message comes in” do número, com o final #rc=5&rp=all: ele faz a Twilio insistir quando a rede falha."
      />
      <ul className={styles.steps}>
        {steps.map(({ to, icon, title, text }) => (
          <li key={to}>
            <Link className={styles.step} to={to}>
              <Icon name={icon} />
              <span className={styles.words}>
                <span className={styles.title}>{title}</span>
                <span className={styles.text}>{text}</span>
              </span>
              <Icon name="chevron" size={18} />
            </Link>
          </li>
        ))}
      </ul>
    </>
  );
}
