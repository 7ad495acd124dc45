import { homeOf, useMe } from "../services/session";
import { ButtonLink } from "./ui/ButtonLink";
import { EmptyState } from "./ui/EmptyState";

export function NotFoundState() {
  const me = useMe();
  return (
    <EmptyState icon="pin" title="Não há nada neste endereço" action={<ButtonLink to={homeOf(me)}>Ir para o início</ButtonLink>}>
      O endereço pode ter sido digitado errado, ou a tela mudou de lugar.
    </EmptyState>
  );
}
