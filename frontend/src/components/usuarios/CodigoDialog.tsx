import { formatFull } from "../../lib/format";
import type { CodigoAcesso } from "../../services/types";
import { Button } from "../ui/Button";
import { CopyField } from "../ui/CopyField";
import { Dialog } from "../ui/Dialog";
import formStyles from "../ui/Form.module.css";

interface Props {
  email: string;
  codigo: CodigoAcesso;
  onClose: () => void;
}

/** Shown once. The code is never part of an address: it is pasted by who received it. */
export function CodigoDialog({ email, codigo, onClose }: Props) {
  const address = `${window.location.origin}${window.location.pathname}#/redefinir`;
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Código de acesso"
      description={`Mande o código e o endereço para ${email}. Com eles a pessoa escolhe a própria senha.`}
    >
      <CopyField label="Código" value={codigo.codigo} hint={`Vale uma vez só, até ${formatFull(codigo.expira_em)}. Depois de fechar, ele não aparece mais.`} />
      <CopyField label="Onde usar" value={address} />
      <div className={`${formStyles.actions} ${formStyles.end}`}>
        <Button variant="primary" onClick={onClose}>
          Pronto
        </Button>
      </div>
    </Dialog>
  );
}
