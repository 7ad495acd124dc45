import { Link } from "react-router";
import { cx } from "../lib/cx";
import { homeOf, useMe } from "../services/session";
import buttons from "./ui/Button.module.css";
import { EmptyState } from "./ui/EmptyState";
import { Page } from "./ui/Page";

export default function NotFound() {
  const me = useMe();
  return (
    <Page title="Página não encontrada">
      <EmptyState
        icon="pin"
        title="Não há nada neste endereço"
        action={
          <Link className={cx(buttons.button, buttons.plain)} to={homeOf(me)}>
            Ir para o início
          </Link>
        }
      >
        O endereço pode ter sido digitado errado, ou a tela mudou de lugar.
      </EmptyState>
    </Page>
  );
}
