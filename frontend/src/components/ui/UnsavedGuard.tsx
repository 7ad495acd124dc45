import { useUnsavedGuard } from "../../lib/useUnsavedGuard";
import { ConfirmDialog } from "./ConfirmDialog";

/** Asks before what was typed and not saved is left behind. */
export function UnsavedGuard({ dirty }: { dirty: boolean }) {
  const { asking, leave, stay } = useUnsavedGuard(dirty);
  return (
    <ConfirmDialog
      open={asking}
      onOpenChange={(open) => {
        if (!open) stay();
      }}
      title="Sair sem salvar?"
      confirm="Sair sem salvar"
      cancel="Continuar editando"
      danger
      onConfirm={leave}
    >
      O que você mudou nesta tela ainda não foi salvo e vai se perder.
    </ConfirmDialog>
  );
}
