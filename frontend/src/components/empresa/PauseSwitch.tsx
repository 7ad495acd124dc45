import { updateEmpresa } from "../../services/empresas";
import { canPause } from "../../services/permissions";
import { useMe } from "../../services/session";
import type { Empresa } from "../../services/types";
import { Switch } from "../ui/Switch";
import { useChange } from "../ui/useChange";
import styles from "./PauseSwitch.module.css";

const HINTS = {
  ativo: "Ligue para o bot ficar em silêncio: as mensagens passam a esperar por uma pessoa.",
  pausado: "O bot está em silêncio. As mensagens chegam e esperam por uma pessoa.",
  inativo: "A empresa está inativa: as mensagens são guardadas e ninguém responde.",
} as const;

/** The owner's one big switch. It acts at once, without a form to save. */
export function PauseSwitch({ empresa }: { empresa: Empresa }) {
  const me = useMe();
  const change = useChange({
    run: (paused: boolean) => updateEmpresa(empresa.slug, { status: paused ? "pausado" : "ativo" }),
    refresh: ["empresas"],
    done: (saved) => (saved.status === "pausado" ? "Bot pausado: as mensagens vão para as pessoas." : "O bot voltou a responder."),
    loud: true,
  });
  return (
    <div className={styles.box} data-paused={empresa.status === "pausado" || undefined}>
      <Switch
        big
        label={empresa.status === "pausado" ? "Bot pausado" : "Pausar o bot"}
        hint={HINTS[empresa.status]}
        checked={change.isPending ? change.variables : empresa.status === "pausado"}
        disabled={change.isPending || empresa.status === "inativo" || !canPause(me, empresa)}
        onChange={(paused) => change.mutate(paused)}
      />
    </div>
  );
}
