import { Button } from "../ui/Button";
import { useProcessNow } from "./useProcessNow";

interface Props {
  id: number;
  cliente: string;
  retry?: boolean;
}

export function ProcessNowButton({ id, cliente, retry = false }: Props) {
  const { working, processNow } = useProcessNow(id);
  return (
    <Button icon="bolt" working={working} onClick={processNow}>
      {retry ? "Tentar de novo" : "Processar agora"}
      <span className="sr-only">{` a conversa de ${cliente}`}</span>
    </Button>
  );
}
