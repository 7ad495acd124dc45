import { useState } from "react";
import { useMe } from "../../services/session";
import { EmpresaPicker } from "../dashboard/EmpresaPicker";
import { Icon } from "../ui/Icon";
import { LazyDialog } from "../ui/LazyDialog";
import styles from "./EmpresaSwitcher.module.css";
import { useCurrentEmpresa } from "./useCurrentEmpresa";

interface Props {
  /** On screens about every company, say so in place of naming the last one visited. */
  general?: boolean;
}

/** The company's name; for a superuser, also the way to another one. */
export function EmpresaSwitcher({ general = false }: Props) {
  const me = useMe();
  const current = useCurrentEmpresa();
  const [open, setOpen] = useState(false);
  const everything = general && me.is_superuser && !current?.inAddress;
  const name = everything ? "Todas as empresas" : (current?.nome ?? "Escolher empresa");

  if (!me.is_superuser) return <p className={styles.name}>{name}</p>;
  return (
    <>
      <button
        type="button"
        className={styles.switcher}
        aria-haspopup="dialog"
        onClick={() => setOpen(true)}
      >
        <span className={styles.label}>{name}</span>
        <span className="sr-only">: trocar de empresa</span>
        <span className={styles.arrow}>
          <Icon name="chevron" size={16} />
        </span>
      </button>
      <LazyDialog open={open} onOpenChange={setOpen} title="Empresas">
        <EmpresaPicker onPick={() => setOpen(false)} />
      </LazyDialog>
    </>
  );
}
