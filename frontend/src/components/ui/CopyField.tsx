import { useEffect, useId, useState } from "react";
import { Button } from "./Button";
import styles from "./CopyField.module.css";
import { useToast } from "./toast-context";

interface Props {
  label: string;
  value: string;
  hint?: string | undefined;
}

/** Something to take elsewhere: shown whole, copied with one tap. */
export function CopyField({ label, value, hint }: Props) {
  const id = useId();
  const toast = useToast();
  const [copied, setCopied] = useState(false);

  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2_000);
    return () => clearTimeout(timer);
  }, [copied]);

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value);
      setCopied(true);
    } catch {
      // Pages not served over https have no clipboard: the text is there to be selected.
      toast({ text: "O navegador não deixou copiar. Selecione o texto e copie.", failed: true });
    }
  };

  return (
    <div className={styles.field} role="group" aria-labelledby={id}>
      <span className={styles.label} id={id}>
        {label}
      </span>
      <div className={styles.box}>
        <code className={styles.value}>{value}</code>
        <Button aria-label={`Copiar ${label.toLowerCase()}`} icon={copied ? "check" : "copy"} onClick={() => void copy()}>
          {copied ? "Copiado" : "Copiar"}
        </Button>
      </div>
      {hint && <p className={styles.hint}>{hint}</p>}
      <span className="sr-only" role="status">
        {copied ? `${label}: copiado` : ""}
      </span>
    </div>
  );
}
