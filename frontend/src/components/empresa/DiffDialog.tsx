import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { diferencaQuery } from "../../services/empresas";
import type { PromptVersao } from "../../services/types";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { ErrorState } from "../ui/ErrorState";
import formStyles from "../ui/Form.module.css";
import { Segmented } from "../ui/Segmented";
import { Skeleton } from "../ui/Skeleton";
import { DiffView } from "./DiffView";

interface Props {
  slug: string;
  version: PromptVersao;
  current: number;
  onReturn: () => void;
  onClose: () => void;
}

type Against = "anterior" | "atual";

/** What a version changed, or how far it is from the one that answers now. */
export function DiffDialog({ slug, version, current, onReturn, onClose }: Props) {
  const [against, setAgainst] = useState<Against>("anterior");
  const other = against === "atual" ? current : version.numero - 1;
  const { data, error, refetch } = useQuery(diferencaQuery(slug, version.numero, other));
  return (
    <Dialog wide open onOpenChange={onClose} title={`Versão ${version.numero}`} description={version.nota ?? undefined}>
      {!version.atual && (
        <Segmented
          label="Comparar com"
          value={against}
          options={[
            { value: "anterior", label: "O que ela mudou" },
            { value: "atual", label: "Diante da atual" },
          ]}
          onChange={setAgainst}
        />
      )}
      {error ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : !data ? (
        <Skeleton rows={8} />
      ) : (
        <DiffView diferenca={data} />
      )}
      {!version.atual && (
        <div className={`${formStyles.actions} ${formStyles.end}`}>
          <Button variant="primary" onClick={onReturn}>
            Voltar a esta versão
          </Button>
        </div>
      )}
    </Dialog>
  );
}
