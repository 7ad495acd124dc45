import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { normalise } from "../../lib/slug";
import { empresasQuery } from "../../services/queries";
import { EmptyState } from "../ui/EmptyState";
import { ErrorState } from "../ui/ErrorState";
import { Skeleton } from "../ui/Skeleton";
import { StatusDot } from "../ui/StatusDot";
import { TextField } from "../ui/TextField";
import styles from "./EmpresaPicker.module.css";

/** From this many companies on, looking for one by eye takes longer than typing. */
const SEARCH_FROM = 8;

interface Props {
  onPick?: () => void;
}

export function EmpresaPicker({ onPick }: Props) {
  const { data, error, refetch } = useQuery(empresasQuery());
  const [search, setSearch] = useState("");

  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton rows={3} height={44} />;
  const found = data.items.filter(({ nome, slug }) => normalise(`${nome} ${slug}`).includes(normalise(search)));
  return (
    <div className={styles.picker}>
      {data.items.length >= SEARCH_FROM && (
        <TextField label="Buscar" type="search" value={search} onChange={(event) => setSearch(event.target.value)} />
      )}
      {found.length === 0 && (
        <EmptyState icon="store" title="Nenhuma empresa encontrada">
          {search ? "Confira o nome digitado." : "Ainda não há empresas cadastradas."}
        </EmptyState>
      )}
      <ul>
        {found.map((empresa) => (
          <li key={empresa.slug}>
            <Link className={styles.row} to={`/admin/${empresa.slug}`} {...(onPick && { onClick: onPick })}>
              <span className={styles.name}>{empresa.nome}</span>
              <StatusDot status={empresa.status} />
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
