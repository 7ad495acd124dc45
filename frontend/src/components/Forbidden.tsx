import { homeOf, useMe } from "../services/session";
import { ButtonLink } from "./ui/ButtonLink";
import { EmptyState } from "./ui/EmptyState";
import { Page } from "./ui/Page";

interface Props {
  /** Whom the screen is for. */
  audience?: "superusuários" | "gestores";
}

export function Forbidden({ audience = "superusuários" }: Props) {
  const me = useMe();
  return (
    <Page title="Acesso restrito">
      <EmptyState
        icon="shield"
        title={`Esta tela é só para ${audience}`}
        action={<ButtonLink to={homeOf(me)}>Ir para o início</ButtonLink>}
      >
        Você entrou como {me.email}. Se precisa deste acesso, peça a quem administra{" "}
        {audience === "gestores" ? "a empresa" : "o sistema"}.
      </EmptyState>
    </Page>
  );
}
