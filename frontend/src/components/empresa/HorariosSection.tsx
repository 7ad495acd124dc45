import formStyles from "../ui/Form.module.css";
import { Section } from "../ui/Section";
import { FormSaveBar } from "./FormSaveBar";
import type { SectionProps } from "./sections";
import { SpecialDays } from "./SpecialDays";
import { TodaySwitches } from "./TodaySwitches";
import { useEmpresaForm } from "./useEmpresaForm";
import { WeekEditor } from "./WeekEditor";

export default function HorariosSection({ empresa }: SectionProps) {
  const form = useEmpresaForm(empresa);
  return (
    <div className={formStyles.stack}>
      <TodaySwitches empresa={empresa} />
      <Section title="Semana">
        <WeekEditor value={form.read("horarios")} error={form.errorOf("horarios")} onChange={(value) => form.set("horarios", value)} />
      </Section>
      <SpecialDays empresa={empresa} />
      <FormSaveBar form={form} />
    </div>
  );
}
