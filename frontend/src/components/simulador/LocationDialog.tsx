import { useState, type SubmitEvent } from "react";
import { formText } from "../../lib/formText";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { TextField } from "../ui/TextField";
import styles from "./LocationDialog.module.css";
import type { Draft } from "./useOutbox";

interface Props {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onSend: (draft: Draft) => void;
}

function coordinate(text: string, limit: number): number | null {
  const value = Number(text.trim().replace(",", "."));
  return text.trim() !== "" && Number.isFinite(value) && Math.abs(value) <= limit ? value : null;
}

export function LocationDialog({ open, onOpenChange, onSend }: Props) {
  const [wrong, setWrong] = useState<{ latitude?: string; longitude?: string }>({});
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    // The dialog is drawn elsewhere, but its events still climb to the form it was opened from.
    event.stopPropagation();
    const data = new FormData(event.currentTarget);
    const latitude = coordinate(formText(data, "latitude"), 90);
    const longitude = coordinate(formText(data, "longitude"), 180);
    const label = formText(data, "label").trim();
    setWrong({
      ...(latitude === null && { latitude: "Use um número entre -90 e 90." }),
      ...(longitude === null && { longitude: "Use um número entre -180 e 180." }),
    });
    if (latitude !== null && longitude !== null) onSend({ latitude, longitude, ...(label && { label }) });
  };
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Enviar localização">
      <form className={styles.form} onSubmit={submit} noValidate>
        <TextField label="Nome do lugar" name="label" defaultValue="Avenida Paulista, São Paulo" maxLength={200} />
        <div className={styles.pair}>
          <TextField label="Latitude" name="latitude" inputMode="decimal" defaultValue="-23,56141" error={wrong.latitude} />
          <TextField label="Longitude" name="longitude" inputMode="decimal" defaultValue="-46,65588" error={wrong.longitude} />
        </div>
        <Button type="submit" variant="primary" icon="send">
          Enviar localização
        </Button>
      </form>
    </Dialog>
  );
}
