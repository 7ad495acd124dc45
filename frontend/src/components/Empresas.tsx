import { useState } from "react";
import { EmpresaList } from "./empresas/EmpresaList";
import { NewEmpresaDialog } from "./empresas/NewEmpresaDialog";
import { Button } from "./ui/Button";
import { Page } from "./ui/Page";

export default function Empresas() {
  const [creating, setCreating] = useState(false);
  return (
    <Page
      title="Empresas"
      lead="Escolha uma empresa para ver as conversas, as reservas e os números dela, ou mude a configuração."
      actions={
        <Button variant="primary" icon="plus" onClick={() => setCreating(true)}>
          Nova empresa
        </Button>
      }
    >
      <EmpresaList onCreate={() => setCreating(true)} />
      {creating && <NewEmpresaDialog onClose={() => setCreating(false)} />}
    </Page>
  );
}
