import { useMe } from "../../services/session";
import formStyles from "../ui/Form.module.css";
import { NumberField } from "../ui/NumberField";
import { Section } from "../ui/Section";
import { SelectField } from "../ui/SelectField";
import { TextArea } from "../ui/TextArea";
import { TextField } from "../ui/TextField";
import { DangerZone } from "./DangerZone";
import { FormSaveBar } from "./FormSaveBar";
import { PauseSwitch } from "./PauseSwitch";
import type { SectionProps } from "./sections";
import { TIME_ZONES } from "./timeZones";
import { useEmpresaForm } from "./useEmpresaForm";

export default function GeralSection({ empresa }: SectionProps) {
  const me = useMe();
  const form = useEmpresaForm(empresa);
  const zone = form.read("fuso_horario");
  return (
    <div className={formStyles.stack}>
      <PauseSwitch empresa={empresa} />
      <Section title="Dados da empresa">
        <div className={formStyles.form}>
          <TextField
            label="Nome"
            hint={`Endereço no sistema: ${empresa.slug}. Ele não muda.`}
            maxLength={255}
            {...form.text("nome", { required: true })}
          />
          <SelectField
            label="Fuso horário"
            value={zone}
            error={form.errorOf("fuso_horario")}
            onChange={(event) => form.set("fuso_horario", event.target.value)}
          >
            {TIME_ZONES.map(({ value, label }) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
            {!TIME_ZONES.some(({ value }) => value === zone) && <option value={zone}>{zone}</option>}
          </SelectField>
          <TextField
            label="Endereço"
            hint="O atendente diz este endereço a quem pergunta onde fica."
            maxLength={300}
            autoComplete="off"
            {...form.text("endereco")}
          />
          <div className={formStyles.pair}>
            <NumberField label="Latitude" decimal hint="Opcional, para o atendente enviar o ponto no mapa." {...form.number("latitude")} />
            <NumberField label="Longitude" decimal hint="Copie as duas do seu aplicativo de mapas." {...form.number("longitude")} />
          </div>
        </div>
      </Section>
      <Section title="Quando algo falha">
        <div className={formStyles.form}>
          <TextArea
            label="Frase de falha"
            hint="O que o cliente lê quando não foi possível responder. Em branco, usamos a frase padrão."
            placeholder="Desculpe, tive um problema por aqui. Já avisei a equipe, que responde em seguida."
            maxLength={1_000}
            {...form.text("mensagem_falha")}
          />
          <NumberField
            label="Validade de uma mensagem"
            unit="horas"
            hint="Se o sistema ficar fora do ar, mensagens mais velhas que isso vão para uma pessoa em vez de receber resposta atrasada."
            {...form.number("horas_para_responder")}
          />
        </div>
      </Section>
      {me.is_superuser && <DangerZone empresa={empresa} />}
      <FormSaveBar form={form} />
    </div>
  );
}
