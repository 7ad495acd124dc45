import formStyles from "../ui/Form.module.css";
import { MoneyField } from "../ui/MoneyField";
import { Section } from "../ui/Section";
import { Switch } from "../ui/Switch";
import { FormSaveBar } from "./FormSaveBar";
import { MenuEditor } from "./MenuEditor";
import type { SectionProps } from "./sections";
import { useEmpresaForm } from "./useEmpresaForm";

export default function CardapioSection({ empresa }: SectionProps) {
  const form = useEmpresaForm(empresa);
  return (
    <div className={formStyles.stack}>
      <Section title="Pedidos pelo WhatsApp">
        <div className={formStyles.form}>
          <Switch
            label="Aceitar pedidos"
            hint="O atendente anota pedidos do cardápio abaixo. O preço é sempre o daqui, nunca o que o cliente diz."
            {...form.flag("aceita_pedidos")}
          />
          <hr className={formStyles.rule} />
          <Switch label="Fazer entrega" hint="Desligado, os pedidos são só para retirada." {...form.flag("faz_entrega")} />
          {form.read("faz_entrega") && (
            <MoneyField
              label="Taxa de entrega"
              value={form.read("taxa_entrega_centavos")}
              error={form.errorOf("taxa_entrega_centavos")}
              onChange={(value) => form.set("taxa_entrega_centavos", value ?? 0)}
            />
          )}
        </div>
      </Section>
      <MenuEditor slug={empresa.slug} />
      <FormSaveBar form={form} />
    </div>
  );
}
