import { useMe } from "../../services/session";
import formStyles from "../ui/Form.module.css";
import { NumberField } from "../ui/NumberField";
import { Section } from "../ui/Section";
import { Segmented } from "../ui/Segmented";
import { Switch } from "../ui/Switch";
import { TextField } from "../ui/TextField";
import { FormSaveBar } from "./FormSaveBar";
import { ADMIN_ONLY } from "./adminOnly";
import type { SectionProps } from "./sections";
import { useEmpresaForm } from "./useEmpresaForm";

const UNITS = [
  { value: "lugares", label: "Lugares" },
  { value: "mesas", label: "Mesas" },
] as const;

export default function ReservasSection({ empresa }: SectionProps) {
  const me = useMe();
  const form = useEmpresaForm(empresa);
  const unit = form.read("capacidade_unidade");
  return (
    <div className={formStyles.stack}>
      <Section title="Reservas pelo WhatsApp">
        <div className={formStyles.form}>
          <Switch
            label="Aceitar reservas"
            hint="Desligado, o atendente explica que a casa não trabalha com reservas."
            {...form.flag("aceita_reservas")}
          />
        </div>
      </Section>
      <Section title="Capacidade">
        <div className={formStyles.form}>
          <Segmented label="Contar por" value={unit} options={UNITS} onChange={(value) => form.set("capacidade_unidade", value)} />
          <div className={formStyles.pair}>
            <NumberField
              label={unit === "mesas" ? "Mesas ao mesmo tempo" : "Lugares ao mesmo tempo"}
              hint="Em branco, sem limite."
              {...form.number("capacidade")}
            />
            {unit === "mesas" && (
              <NumberField
                label="Pessoas por mesa"
                hint="Um grupo maior ocupa mais de uma mesa."
                {...form.number("pessoas_por_mesa")}
              />
            )}
            <NumberField
              label="Maior grupo"
              unit="pessoas"
              hint="Grupos maiores ficam para uma pessoa da equipe responder."
              {...form.number("pessoas_maximo")}
            />
          </div>
        </div>
      </Section>
      <Section title="Horários de reserva">
        <div className={formStyles.form}>
          <div className={formStyles.pair}>
            <NumberField label="Uma reserva segura a mesa por" unit="minutos" {...form.number("duracao_minutos")} />
            <NumberField
              label="De quanto em quanto tempo"
              unit="minutos"
              hint="30: reservas às 19:00, 19:30, 20:00…"
              {...form.number("intervalo_minutos")}
            />
            <NumberField label="Antecedência mínima" unit="minutos" {...form.number("antecedencia_minutos")} />
            <NumberField label="Até quando no futuro" unit="dias" {...form.number("antecedencia_dias")} />
          </div>
        </div>
      </Section>
      <Section title="Planilha do Google">
        <div className={formStyles.form}>
          <TextField
            label="Planilha"
            hint={
              me.is_superuser
                ? "Cole o endereço da planilha. Em branco, as reservas ficam só no sistema."
                : ADMIN_ONLY
            }
            disabled={!me.is_superuser}
            autoComplete="off"
            {...form.text("google_sheet_id")}
          />
          <TextField label="Aba" hint="Em branco, a primeira aba da planilha." autoComplete="off" maxLength={100} {...form.text("google_sheet_aba")} />
        </div>
      </Section>
      <Section title="Lembrete">
        <div className={formStyles.form}>
          <div className={formStyles.pair}>
            <TextField
              label="Modelo do lembrete"
              hint="Content SID do modelo aprovado na Twilio (HX…). Em branco, não há lembretes."
              autoComplete="off"
              spellCheck={false}
              {...form.text("lembrete_content_sid")}
            />
            <NumberField label="Enviar antes da reserva" unit="horas" {...form.number("lembrete_horas")} />
          </div>
        </div>
      </Section>
      <FormSaveBar form={form} />
    </div>
  );
}
