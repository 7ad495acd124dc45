import { useMutation } from "@tanstack/react-query";
import { useSession } from "../services/session";
import { AccessFrame } from "./access/AccessFrame";
import { PasswordForm } from "./conta/PasswordForm";
import { Button } from "./ui/Button";

/** Stands in the way until a password set by somebody else is changed; then the screen that was asked for is shown. */
export default function FirstPassword() {
  const { state, typedPassword, logout } = useSession();
  const leaving = useMutation({ mutationFn: logout });
  if (state.phase !== "signed-in") return null;
  return (
    <AccessFrame
      tab="Escolher a senha"
      title="Escolha a sua senha"
      notice="A sua senha foi criada por outra pessoa. Escolha uma que só você conheça."
    >
      <PasswordForm email={state.me.email} current={typedPassword} submit="Continuar" wide />
      <Button variant="quiet" wide working={leaving.isPending} onClick={() => leaving.mutate()}>
        Sair
      </Button>
    </AccessFrame>
  );
}
