import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { plural } from "../../lib/format";
import { sentenceOf } from "../../services/errors";
import { armFault, disarmFaults, faultsQuery, VENDORS, type Fault, type FaultOrder, type Vendor } from "../../services/simulador";
import { Badge } from "../ui/Badge";
import { Button } from "../ui/Button";
import { SelectField } from "../ui/SelectField";
import { useToast } from "../ui/toast-context";
import styles from "./FaultsPanel.module.css";

const VENDOR_WORDS: Readonly<Record<Vendor, string>> = {
  openai: "Modelo (OpenAI)",
  twilio: "Envio (Twilio)",
  google: "Planilha (Google)",
  chatwoot: "Chatwoot",
};

const KINDS = [
  { value: "500", label: "Erro 500", order: { kind: "status", status: 500 } },
  { value: "429", label: "Limite excedido (429)", order: { kind: "status", status: 429 } },
  { value: "slow", label: "Lento (5 s)", order: { kind: "slow", seconds: 5 } },
  { value: "hang", label: "Não responde", order: { kind: "hang" } },
  { value: "reset", label: "Conexão derrubada", order: { kind: "reset" } },
  { value: "malformed", label: "Resposta cortada", order: { kind: "malformed" } },
] as const satisfies readonly { value: string; label: string; order: Omit<FaultOrder, "vendor"> }[];

function kindWords(fault: Fault): string {
  const found = KINDS.find(({ order }) => order.kind === fault.kind && (!("status" in order) || order.status === fault.status));
  return found?.label ?? fault.kind;
}

/** Makes a simulated vendor misbehave, to see that no message is lost. */
export function FaultsPanel() {
  const queryClient = useQueryClient();
  const toast = useToast();
  const { data: faults } = useQuery(faultsQuery());
  const [vendor, setVendor] = useState<Vendor>("openai");
  const [kind, setKind] = useState<string>(KINDS[0].value);
  const [times, setTimes] = useState("1");
  const onSettled = () => queryClient.invalidateQueries({ queryKey: ["simulador", "falhas"] });
  const onError = (error: unknown) => toast({ text: sentenceOf(error), failed: true });
  const arm = useMutation({ mutationFn: armFault, onSettled, onError });
  const disarm = useMutation({ mutationFn: disarmFaults, onSettled, onError });
  const armed = faults?.filter(({ times: left }) => left !== 0) ?? [];

  return (
    <div className={styles.faults}>
      <SelectField label="Quem falha" value={vendor} onChange={(event) => setVendor(VENDORS.find((name) => name === event.target.value) ?? "openai")}>
        {VENDORS.map((name) => (
          <option key={name} value={name}>
            {VENDOR_WORDS[name]}
          </option>
        ))}
      </SelectField>
      <SelectField label="Como falha" value={kind} onChange={(event) => setKind(event.target.value)}>
        {KINDS.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </SelectField>
      <SelectField label="Quantas vezes" value={times} onChange={(event) => setTimes(event.target.value)}>
        <option value="1">Uma vez</option>
        <option value="3">Três vezes</option>
        <option value="-1">Até eu desligar</option>
      </SelectField>
      <Button
        icon="flask"
        working={arm.isPending}
        onClick={() => {
          const order = KINDS.find(({ value }) => value === kind)?.order ?? KINDS[0].order;
          arm.mutate({ vendor, times: Number(times), ...order });
        }}
      >
        Provocar falha
      </Button>
      {armed.length > 0 && (
        <div className={styles.armed} role="status">
          <ul className={styles.list}>
            {armed.map((fault) => (
              <li key={fault.id} className={styles.row}>
                <span>
                  {VENDOR_WORDS[fault.vendor]}: {kindWords(fault)}
                </span>
                <Badge>{fault.times < 0 ? "sempre" : plural(fault.times, "vez", "vezes")}</Badge>
              </li>
            ))}
          </ul>
          <Button variant="quiet" icon="close" working={disarm.isPending} onClick={() => disarm.mutate()}>
            Desligar todas
          </Button>
        </div>
      )}
    </div>
  );
}
