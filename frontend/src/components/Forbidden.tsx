import { Link } from "react-router";
import { homeOf, useMe } from "../services/session";
import buttons from "./ui/Button.module.css";
import { EmptyState } from "./ui/EmptyState";
import { Page } from "./ui/Page";
import { cx } from "../lib/cx";

export function Forbidden() {
  const me = useMe();
  return (
    <Page title="Acesso restrito">
      <EmptyState
        icon="shield"
        title="Esta tela é só para superusuários"
        action={
          <Link className={cx(buttons.button, buttons.plain)} to={homeOf(me)}>
            Ir para o início
          </Link>
        }
      >
        Você entrou como {me.email}. Se precisa deste acesso, peça a quem administra o sistema.
      </EmptyState>
    </Page>
  );
}
