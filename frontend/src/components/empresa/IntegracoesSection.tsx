import { useMe } from "../../services/session";
import type { Empresa } from "../../services/types";
import { CopyField } from "../ui/CopyField";
import formStyles from "../ui/Form.module.css";
import { SecretField } from "../ui/SecretField";
import { TextField } from "../ui/TextField";
import { ADMIN_ONLY } from "./adminOnly";
import { FormSaveBar } from "./FormSaveBar";
import { IntegrationCard } from "./IntegrationCard";
import type { SectionProps } from "./sections";
import { useEmpresaForm, type EmpresaForm } from "./useEmpresaForm";

type Secret = "openai_key" | "twilio_token" | "chatwoot_token" | "chatwoot_webhook_secret" | "google_credentials";

/** Props of a credential's field. */
function secret(form: EmpresaForm, empresa: Empresa, name: Secret) {
  return {
    defined: empresa[`${name}_definida`],
    final: empresa[`${name}_final`],
    value: form.draft[name],
    error: form.errorOf(name),
    onChange: (value: string | null | undefined) => form.set(name, value),
  };
}

const CODE = { autoComplete: "off", spellCheck: false, autoCapitalize: "none" } as const;

export default function IntegracoesSection({ empresa }: SectionProps) {
  const me = useMe();
  const form = useEmpresaForm(empresa);
  const closed = !me.is_superuser;
  // A field that is closed to a gestor says why; the hint of who may edit it says what it is.
  const shared = (hint: string) => ({ disabled: closed, hint: closed ? ADMIN_ONLY : hint });
  return (
    <div className={formStyles.stack}>
      <IntegrationCard integracao="twilio" title="WhatsApp (Twilio)" empresa={empresa} dirty={form.dirty}>
        <CopyField
          label="Endereço do webhook"
          value={empresa.webhook}
          hint="Cole na Twilio, no campo “When a message comes in” do número. O final #rc=5&rp=all faz a Twilio insistir quando a rede falha."
        />
        <div className={formStyles.pair}>
          <TextField label="Account SID" hint="Começa com AC." {...CODE} {...form.text("twilio_sid")} />
          <SecretField label="Auth Token" {...secret(form, empresa, "twilio_token")} />
        </div>
        <TextField label="Número" placeholder="+5511999998888" inputMode="tel" {...CODE} {...shared("Com código do país. Em branco, a resposta sai do número que recebeu.")} {...form.text("twilio_number")} />
        <TextField
          label="Endereço público do webhook"
          hint="Só se a Twilio chamar um endereço diferente do de cima. As assinaturas são conferidas com ele."
          inputMode="url"
          {...CODE}
          {...form.text("webhook_url")}
        />
        <TextField
          label="Modelo para janela fechada"
          hint="Content SID (HX…) do modelo enviado quando passaram 24 horas da última mensagem do cliente. Em branco, o texto espera o cliente escrever."
          {...CODE}
          {...form.text("janela_content_sid")}
        />
      </IntegrationCard>
      <IntegrationCard integracao="openai" title="OpenAI" empresa={empresa} dirty={form.dirty}>
        <SecretField label="Chave da OpenAI" hint="Começa com sk-." {...secret(form, empresa, "openai_key")} />
      </IntegrationCard>
      <IntegrationCard integracao="google" title="Planilhas do Google" empresa={empresa} dirty={form.dirty}>
        <SecretField
          label="Conta de serviço"
          hint="O conteúdo inteiro do arquivo JSON. Compartilhe a planilha com o e-mail que está nele."
          long
          {...secret(form, empresa, "google_credentials")}
        />
        <TextField label="Planilha das reservas" {...CODE} {...shared("Cole o endereço da planilha. Em branco, as reservas ficam só no sistema.")} {...form.text("google_sheet_id")} />
      </IntegrationCard>
      <IntegrationCard integracao="chatwoot" title="Chatwoot" empresa={empresa} dirty={form.dirty}>
        <TextField
          label="Caixa de entrada"
          placeholder="https://app.chatwoot.com/app/accounts/1/inbox/2"
          inputMode="url"
          {...CODE}
          {...shared("Cole o endereço da caixa como aparece no navegador.")}
          {...form.text("chatwoot_origem")}
        />
        <div className={formStyles.pair}>
          <SecretField label="Token de acesso" {...secret(form, empresa, "chatwoot_token")} />
          <SecretField label="Segredo do webhook" {...secret(form, empresa, "chatwoot_webhook_secret")} />
        </div>
      </IntegrationCard>
      <FormSaveBar form={form} />
    </div>
  );
}
