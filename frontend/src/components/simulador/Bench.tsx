import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo, useRef, useState } from "react";
import { formatPhone } from "../../lib/format";
import { useMediaQuery } from "../../lib/useMediaQuery";
import { useTitle } from "../../lib/useTitle";
import { simulatedMessagesQuery } from "../../services/simulador";
import type { Empresa } from "../../services/types";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import styles from "./Bench.module.css";
import { chatLines } from "./chat";
import { addressOf, keepCustomer, loadCustomer, senderOf, type Customer } from "./customer";
import { FaultsPanel } from "./FaultsPanel";
import { MachinePanel } from "./MachinePanel";
import { MachineStrip } from "./MachineStrip";
import { PhoneScreen } from "./PhoneScreen";
import { SetupPanel } from "./SetupPanel";
import { useMachine } from "./useMachine";
import { useOutbox } from "./useOutbox";

const EXAMPLE = ["Oi!", "Vocês abrem no sábado?", "E no domingo?"];
/** Fast enough to feel like somebody typing in a hurry, slow enough to be seen arriving one by one. */
const EXAMPLE_PACE_MS = 900;

interface Props {
  empresas: readonly Empresa[];
  empresa: Empresa;
  onEmpresa: (slug: string) => void;
}

/** The phone in the middle, who writes to whom on one side, the machine at work on the other. */
export function Bench({ empresas, empresa, onEmpresa }: Props) {
  useTitle("Simulador");
  const wide = useMediaQuery("(min-width: 1100px)");
  const tablet = useMediaQuery("(min-width: 900px)");
  const [customer, setCustomer] = useState<Customer>(loadCustomer);
  const machineRef = useRef<HTMLDivElement>(null);
  const [choosing, setChoosing] = useState(false);
  const from = addressOf(customer.phone);
  const to = senderOf(empresa);
  const ends = useMemo(
    () => ({ webhook: empresa.webhook, from, to, profileName: customer.name }),
    [empresa.webhook, from, to, customer.name],
  );
  const { deliveries, send, clear } = useOutbox(ends);
  const messages = useQuery(simulatedMessagesQuery(from, to));
  const machine = useMachine(empresa.slug, customer.phone);
  const lines = chatLines(messages.data ?? [], deliveries);

  const changeCustomer = (next: Customer) => {
    if (next.phone !== customer.phone) clear();
    keepCustomer(next);
    setCustomer(next);
  };
  const changeEmpresa = (slug: string) => {
    clear();
    onEmpresa(slug);
  };
  const sendExample = useCallback(() => {
    EXAMPLE.forEach((body, index) => setTimeout(() => send({ body }), index * EXAMPLE_PACE_MS));
  }, [send]);

  const setup = (
    <>
      <SetupPanel
        empresas={empresas}
        empresa={empresa}
        customer={customer}
        onEmpresa={changeEmpresa}
        onCustomer={changeCustomer}
      />
      <details className={styles.faults}>
        <summary>Provocar falhas</summary>
        <FaultsPanel />
      </details>
    </>
  );

  return (
    <div className={styles.bench}>
      <header className={wide || tablet ? styles.head : "sr-only"}>
        <h1 className={styles.title}>Simulador</h1>
        <p className={styles.lead}>Um celular de mentira, o resto é de verdade: o mesmo webhook, o mesmo buffer, a mesma resposta.</p>
      </header>
      {wide ? (
        <div className={styles.setup}>{setup}</div>
      ) : (
        <div className={styles.brief}>
          <p className={styles.briefText}>
            <strong>{customer.name || "Cliente"}</strong> {formatPhone(customer.phone)}
          </p>
          <Button icon="user" onClick={() => setChoosing(true)}>
            Trocar
          </Button>
          <Dialog open={choosing} onOpenChange={setChoosing} title="Quem escreve para quem">
            {setup}
          </Dialog>
        </div>
      )}
      {!wide && (
        <MachineStrip
          machine={machine}
          deliveries={deliveries}
          onOpen={() => machineRef.current?.scrollIntoView({ behavior: "smooth", block: "start" })}
        />
      )}
      <div className={styles.device}>
        <div className={styles.body}>
          <PhoneScreen
            key={`${from} ${to}`}
            empresa={empresa}
            lines={lines}
            loading={messages.isPending}
            error={messages.data ? null : messages.error}
            machine={machine}
            onSend={send}
            onExample={sendExample}
            lastSid={deliveries.at(-1)?.sid ?? messages.data?.findLast(({ direction }) => direction === "inbound")?.sid ?? null}
          />
        </div>
      </div>
      <div className={styles.machine} ref={machineRef}>
        <MachinePanel empresa={empresa} machine={machine} deliveries={deliveries} customerName={customer.name || "cliente"} />
      </div>
    </div>
  );
}
