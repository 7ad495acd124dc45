import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { useDebounced } from "../lib/useDebounced";
import { empresasQuery } from "../services/queries";
import { useMe } from "../services/session";
import type { CodigoAcesso, Usuario } from "../services/types";
import { usuariosQuery } from "../services/usuarios";
import { Button } from "./ui/Button";
import { EmptyState } from "./ui/EmptyState";
import { ErrorState } from "./ui/ErrorState";
import { Page } from "./ui/Page";
import { Section } from "./ui/Section";
import { SelectField } from "./ui/SelectField";
import { Skeleton } from "./ui/Skeleton";
import { TextField } from "./ui/TextField";
import styles from "./Usuarios.module.css";
import { CodigoDialog } from "./usuarios/CodigoDialog";
import { UsuarioDialog } from "./usuarios/UsuarioDialog";
import { UsuarioRow } from "./usuarios/UsuarioRow";

/** Who may enter: everyone for a superuser, the people of the own empresa for a gestor. The filters live in the address. */
export default function Usuarios() {
  const me = useMe();
  const [params, setParams] = useSearchParams();
  const empresa = me.is_superuser ? (params.get("empresa") ?? "") : "";
  const typed = params.get("q") ?? "";
  const search = useDebounced(typed.trim(), 300);
  const [editing, setEditing] = useState<Usuario | "new" | null>(null);
  const [code, setCode] = useState<{ email: string; codigo: CodigoAcesso } | null>(null);
  const empresas = useQuery({ ...empresasQuery(), enabled: me.is_superuser });
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(
    usuariosQuery({ ...(empresa && { empresa }), ...(search && { q: search }) }),
  );
  const usuarios = data?.pages.flatMap((page) => page.items);
  const filtered = empresa !== "" || search !== "";

  const filter = (name: "empresa" | "q", value: string) => {
    const next = new URLSearchParams(params);
    if (value === "") next.delete(name);
    else next.set(name, value);
    setParams(next, { replace: true });
  };

  return (
    <Page
      title="Usuários"
      lead={me.is_superuser ? "Quem entra no painel e o que cada pessoa pode fazer." : `A equipe de ${me.empresa?.nome ?? "sua empresa"} no painel.`}
      actions={
        <Button variant="primary" icon="plus" onClick={() => setEditing("new")}>
          Novo usuário
        </Button>
      }
    >
      <div className={styles.filters}>
        <TextField
          label="Buscar por e-mail"
          compact
          type="search"
          autoComplete="off"
          value={typed}
          onChange={(event) => filter("q", event.target.value)}
        />
        {me.is_superuser && (
          <SelectField
            label="Empresa"
            compact
            value={empresa}
            onChange={(event) => filter("empresa", event.target.value)}
          >
            <option value="">Todas</option>
            {empresas.data?.items.map(({ slug, nome }) => (
              <option key={slug} value={slug}>
                {nome}
              </option>
            ))}
          </SelectField>
        )}
      </div>
      {error && !usuarios ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : !usuarios ? (
        <Skeleton rows={5} height={60} />
      ) : usuarios.length === 0 ? (
        <EmptyState icon="users" title={filtered ? "Ninguém com estes filtros" : "Nenhum usuário ainda"}>
          {filtered ? "Confira o e-mail digitado ou escolha outra empresa." : "Crie um acesso para cada pessoa da equipe: ninguém precisa dividir senha."}
        </EmptyState>
      ) : (
        <Section title="Pessoas">
          <ul>
            {usuarios.map((usuario) => (
              <li key={usuario.id}>
                <UsuarioRow usuario={usuario} isMe={usuario.id === me.id} showEmpresa={me.is_superuser} onOpen={() => setEditing(usuario)} />
              </li>
            ))}
          </ul>
          {hasNextPage && (
            <div className={styles.more}>
              <Button variant="quiet" wide working={isFetchingNextPage} onClick={() => void fetchNextPage()}>
                Carregar mais
              </Button>
            </div>
          )}
        </Section>
      )}
      {editing && (
        <UsuarioDialog
          usuario={editing === "new" ? null : editing}
          empresaSlug={empresa}
          onClose={() => setEditing(null)}
          onCode={(email, codigo) => {
            setEditing(null);
            setCode({ email, codigo });
          }}
        />
      )}
      {code && <CodigoDialog email={code.email} codigo={code.codigo} onClose={() => setCode(null)} />}
    </Page>
  );
}
