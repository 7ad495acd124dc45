import { useMemo, useState } from "react";
import { useObjectUrl } from "../../lib/useObjectUrl";
import { makeSampleWav, syllablesOf } from "../../lib/wav";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { SoundBar } from "../ui/SoundBar";
import { TextArea } from "../ui/TextArea";
import styles from "./AudioDialog.module.css";
import type { Draft } from "./useOutbox";
import { canRecord, useRecorder } from "./useRecorder";

interface Props {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onSend: (draft: Draft) => void;
}

const EXAMPLE = "Oi, tudo bem? Vocês têm mesa para quatro pessoas no sábado às oito da noite?";

/** A voice note: recorded here, or a short example; what is said is told to the simulated transcription. */
export function AudioDialog({ open, onOpenChange, onSend }: Props) {
  const [spoken, setSpoken] = useState(EXAMPLE);
  const [recorded, setRecorded] = useState<Blob | null>(null);
  const { phase, start, stop, cancel } = useRecorder(setRecorded);
  const sample = useMemo(() => makeSampleWav(syllablesOf(spoken)), [spoken]);
  const blob = recorded ?? sample;
  const url = useObjectUrl(open ? blob : undefined);
  const recording = phase === "recording";

  const close = () => {
    cancel();
    setRecorded(null);
  };
  const send = () => {
    onSend({ file: blob, spoken: spoken.trim() });
    setRecorded(null);
  };

  return (
    <Dialog
      open={open}
      onOpenChange={(next) => {
        if (!next) close();
        onOpenChange(next);
      }}
      title="Enviar áudio"
      description={
        recorded
          ? "Ouça a gravação e escreva o que foi dito: a transcrição simulada não entende fala, ela usa este texto."
          : "O áudio de exemplo é um som curto de verdade. A transcrição simulada vai ouvir nele o texto abaixo."
      }
    >
      <SoundBar src={url} label={recorded ? "gravação" : "gravação de exemplo"} />
      <TextArea label="O que é dito no áudio" value={spoken} maxLength={1_000} onChange={(event) => setSpoken(event.target.value)} />
      {phase === "denied" && (
        <p className={styles.note} role="alert">
          O navegador não liberou o microfone. Permita o acesso nas configurações do site, ou envie o áudio de exemplo.
        </p>
      )}
      <div className={styles.actions}>
        {canRecord() &&
          (recording ? (
            <Button icon="stop" onClick={stop}>
              Parar gravação
            </Button>
          ) : (
            <Button icon="mic" working={phase === "asking"} onClick={() => void start()}>
              {recorded ? "Gravar de novo" : "Gravar com o microfone"}
            </Button>
          ))}
        <Button variant="primary" icon="send" disabled={recording || spoken.trim() === ""} onClick={send}>
          {recorded ? "Enviar gravação" : "Enviar áudio de exemplo"}
        </Button>
      </div>
    </Dialog>
  );
}
