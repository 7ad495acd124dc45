import formStyles from "../ui/Form.module.css";
import { NumberField } from "../ui/NumberField";
import { Section } from "../ui/Section";
import { Switch } from "../ui/Switch";
import { TextField } from "../ui/TextField";
import { FormSaveBar } from "./FormSaveBar";
import type { SectionProps } from "./sections";
import { useEmpresaForm } from "./useEmpresaForm";

export default function AvancadoSection({ empresa }: SectionProps) {
  const form = useEmpresaForm(empresa);
  return (
    <div className={formStyles.stack}>
      <Section title="Como as mensagens são juntadas">
        <div className={formStyles.form}>
          <Switch
            label="Juntar mensagens seguidas"
            hint="O bot espera o cliente terminar de escrever e responde tudo de uma vez. Desligado, cada mensagem tem a sua resposta."
            {...form.flag("usar_buffer")}
          />
          <hr className={formStyles.rule} />
          <Switch
            label="Áudio entra no grupo"
            hint="Desligado, um áudio é respondido por si só, depois dos textos que vieram antes."
            {...form.flag("audio_no_grupo")}
          />
          <hr className={formStyles.rule} />
          <Switch
            label="Quebrar a resposta em mensagens menores"
            hint="A resposta sai em até quatro mensagens curtas, como uma pessoa escreve. Desligado, sai em uma só."
            {...form.flag("mensagem_quebrada")}
          />
        </div>
      </Section>
      <Section title="Modelo">
        <div className={formStyles.form}>
          <div className={formStyles.pair}>
            <TextField
              label="Modelo de conversa"
              hint="Em branco, usamos o modelo do sistema."
              autoComplete="off"
              spellCheck={false}
              maxLength={100}
              {...form.text("openai_model")}
            />
            <TextField
              label="Modelo de transcrição"
              hint="Para os áudios. Em branco, o do sistema."
              autoComplete="off"
              spellCheck={false}
              maxLength={100}
              {...form.text("openai_transcription_model")}
            />
          </div>
          <NumberField
            label="Temperatura"
            decimal
            hint="De 0 (sempre igual) a 2 (mais solto). Em branco, a do modelo."
            {...form.number("temperatura")}
          />
        </div>
      </Section>
      <Section title="Limites">
        <div className={formStyles.form}>
          <div className={formStyles.pair}>
            <NumberField label="Tamanho da resposta" unit="tokens" hint="De 100 a 4.000." {...form.number("resposta_max_tokens")} />
            <NumberField
              label="Memória da conversa"
              unit="tokens"
              hint="Quanto da conversa o modelo lê: de 1.000 a 60.000."
              {...form.number("contexto_max_tokens")}
            />
          </div>
          <NumberField
            label="Respostas por cliente em um dia"
            hint="Depois disso o bot se cala com aquele cliente até o dia seguinte e avisa a equipe."
            {...form.number("respostas_por_dia")}
          />
        </div>
      </Section>
      <FormSaveBar form={form} />
    </div>
  );
}
