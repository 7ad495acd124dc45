import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { normalise } from "../../lib/slug";
import { allEmpresasQuery } from "../../services/empresas";
import { Button } from "../ui/Button";
import { EmptyState } from "../ui/EmptyState";
import { ErrorState } from "../ui/ErrorState";
import { Section } from "../ui/Section";
import { Skeleton } from "../ui/Skeleton";
import { TextField } from "../ui/TextField";
import { DeletedRow } from "./DeletedRow";
import styles from "./EmpresaList.module.css";
import { EmpresaRow } from "./EmpresaRow";

/** From this many companies on, looking for one by eye takes longer than typing. */
const SEARCH_FROM = 8;

export function EmpresaList({ onCreate }: { onCreate: () => void }) {
  const { data, error, refetch } = useQuery(allEmpresasQuery());
  const [search, setSearch] = useState("");
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton rows={3} height={60} />;

  const alive = data.items.filter(({ excluida_em }) => excluida_em === null).toSorted((a, b) => a.nome.localeCompare(b.nome, "pt-BR"));
  const deleted = data.items.filter(({ excluida_em }) => excluida_em !== null);
  const found = alive.filter(({ nome, slug }) => normalise(`${nome} ${slug}`).includes(normalise(search)));
  return (
    <>
      {alive.length >= SEARCH_FROM && (
        <div className={styles.search}>
          <TextField label="Buscar" compact type="search" value={search} onChange={(event) => setSearch(event.target.value)} />
        </div>
      )}
      {alive.length === 0 ? (
        <EmptyState
          icon="store"
          title="Nenhuma empresa cadastrada"
          action={
            <Button variant="primary" icon="plus" onClick={onCreate}>
              Nova empresa
            </Button>
          }
        >
          Cadastre a primeira: leva um minuto, e ela já conversa no simulador.
        </EmptyState>
      ) : found.length === 0 ? (
        <EmptyState icon="store" title="Nenhuma empresa encontrada">
          Confira o nome digitado.
        </EmptyState>
      ) : (
        <Section title="Em uso">
          <ul>
            {found.map((empresa) => (
              <EmpresaRow key={empresa.slug} empresa={empresa} />
            ))}
          </ul>
        </Section>
      )}
      {deleted.length > 0 && (
        <Section title="Excluídas">
          <ul>
            {deleted.map((empresa) => (
              <DeletedRow key={empresa.slug} empresa={empresa} />
            ))}
          </ul>
        </Section>
      )}
    </>
  );
}
