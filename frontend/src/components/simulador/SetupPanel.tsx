import { useState } from "react";
import { formatPhone } from "../../lib/format";
import type { Empresa } from "../../services/types";
import { Button } from "../ui/Button";
import { SelectField } from "../ui/SelectField";
import { TextField } from "../ui/TextField";
import { newCustomer, normalisePhone, senderOf, type Customer } from "./customer";
import styles from "./SetupPanel.module.css";

interface Props {
  empresas: readonly Empresa[];
  empresa: Empresa;
  customer: Customer;
  onEmpresa: (slug: string) => void;
  onCustomer: (customer: Customer) => void;
}

/** Who writes to whom. */
export function SetupPanel({ empresas, empresa, customer, onEmpresa, onCustomer }: Props) {
  const [typed, setTyped] = useState<string | null>(null);
  const invalid = typed !== null && normalisePhone(typed) === null;

  const commitPhone = () => {
    if (typed === null) return;
    const phone = normalisePhone(typed);
    if (phone === null) return;
    setTyped(null);
    if (phone !== customer.phone) onCustomer({ ...customer, phone });
  };

  return (
    <div className={styles.setup}>
      <SelectField
        label="Empresa"
        value={empresa.slug}
        hint={`Atende em ${formatPhone(senderOf(empresa))}${empresa.twilio_number ? "" : " (número inventado)"}`}
        onChange={(event) => onEmpresa(event.target.value)}
      >
        {empresas.map(({ slug, nome, status }) => (
          <option key={slug} value={slug}>
            {status === "ativo" ? nome : `${nome} (${status})`}
          </option>
        ))}
      </SelectField>
      <TextField
        label="Número do cliente"
        type="tel"
        inputMode="tel"
        autoComplete="off"
        value={typed ?? formatPhone(customer.phone)}
        error={invalid ? "Use DDD e número, como em (11) 98765-4321." : undefined}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={commitPhone}
        onKeyDown={(event) => {
          if (event.key === "Enter") commitPhone();
        }}
      />
      <TextField
        label="Nome no WhatsApp"
        autoComplete="off"
        maxLength={80}
        value={customer.name}
        onChange={(event) => onCustomer({ ...customer, name: event.target.value })}
      />
      <Button
        icon="plus"
        onClick={() => {
          setTyped(null);
          onCustomer(newCustomer());
        }}
      >
        Novo cliente
      </Button>
      {empresa.status !== "ativo" && (
        <p className={styles.note}>
          {empresa.status === "pausado"
            ? "Esta empresa está pausada: as mensagens ficam para pessoas e o bot não responde."
            : "Esta empresa está inativa: as mensagens são guardadas e não são respondidas."}
        </p>
      )}
    </div>
  );
}
