import { EmpresaPicker } from "./dashboard/EmpresaPicker";
import { Page } from "./ui/Page";

export default function Empresas() {
  return (
    <Page title="Empresas" lead="Escolha uma empresa para ver as conversas, as reservas e os números dela.">
      <EmpresaPicker />
    </Page>
  );
}
