import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type SubmitEvent } from "react";
import { randomPassword } from "../../lib/randomPassword";
import { roleKey, type Role } from "../../lib/roles";
import { ApiError, sentenceOf } from "../../services/errors";
import { empresasQuery } from "../../services/queries";
import { useMe } from "../../services/session";
import type { CodigoAcesso, Usuario } from "../../services/types";
import { createCodigo, createUsuario, updateUsuario } from "../../services/usuarios";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { FieldError } from "../ui/FieldError";
import formStyles from "../ui/Form.module.css";
import { PasswordField } from "../ui/PasswordField";
import { Segmented } from "../ui/Segmented";
import { SelectField } from "../ui/SelectField";
import { TextField } from "../ui/TextField";
import { useChange } from "../ui/useChange";
import { RoleChoice } from "./RoleChoice";
import { UsuarioActs } from "./UsuarioActs";

interface Props {
  usuario: Usuario | null;
  /** The company being looked at, offered first for a new person. */
  empresaSlug: string;
  onClose: () => void;
  onCode: (email: string, codigo: CodigoAcesso) => void;
}

const ENTRIES = [
  { value: "codigo", label: "Código de acesso" },
  { value: "senha", label: "Primeira senha" },
] as const;

/** Creating a person, or changing what one may do. */
export function UsuarioDialog({ usuario, empresaSlug, onClose, onCode }: Props) {
  const me = useMe();
  const queryClient = useQueryClient();
  const empresas = useQuery({ ...empresasQuery(), enabled: me.is_superuser });
  const [email, setEmail] = useState(usuario?.email ?? "");
  const [role, setRole] = useState<Role>(usuario ? roleKey(usuario) : "atendente");
  const [chosen, setChosen] = useState<number | null>(usuario?.empresa_id ?? null);
  const [entry, setEntry] = useState<"codigo" | "senha">("codigo");
  const [senha, setSenha] = useState("");
  const [missing, setMissing] = useState<{ empresa?: string; senha?: string }>({});
  const mine = usuario?.id === me.id;

  const offered = empresas.data?.items.find(({ slug }) => slug === empresaSlug) ?? (empresas.data?.items.length === 1 ? empresas.data.items[0] : undefined);
  const empresaId = role === "superusuario" ? null : (chosen ?? (usuario ? null : (offered?.id ?? null)));
  const access = {
    is_superuser: role === "superusuario",
    ...(role !== "superusuario" && { papel: role }),
    ...(me.is_superuser && { empresa_id: empresaId }),
  };

  const save = useChange({
    run: async (): Promise<CodigoAcesso | null> => {
      if (usuario) {
        await updateUsuario(usuario.id, { email, ...(!mine && access) });
        return null;
      }
      const created = await createUsuario({ email, senha: entry === "senha" ? senha : randomPassword(), ...access });
      // The person exists from here on: a failed code is made again from the list.
      return entry === "codigo" ? createCodigo(created.id) : null;
    },
    refresh: ["usuarios"],
    done: usuario ? "Alterações salvas." : "Usuário criado.",
    onDone: (codigo) => (codigo ? onCode(email, codigo) : onClose()),
  });
  const failure = save.error instanceof ApiError ? save.error : null;
  const emailError = failure?.field("email") ?? (failure?.code === "conflito" ? failure.detail : undefined);
  const elsewhere = save.error && !emailError && !failure?.errors.length ? sentenceOf(save.error) : undefined;

  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const wrong = {
      ...(me.is_superuser && role !== "superusuario" && empresaId === null && { empresa: "Escolha a empresa desta pessoa." }),
      ...(!usuario && entry === "senha" && senha.length < 8 && { senha: "Use pelo menos 8 caracteres." }),
    };
    setMissing(wrong);
    if (Object.keys(wrong).length === 0) save.mutate();
  };

  return (
    <Dialog open onOpenChange={onClose} title={usuario ? usuario.email : "Novo usuário"}>
      <form className={`${formStyles.form} ${formStyles.bare}`} onSubmit={submit} noValidate>
        <TextField
          label="E-mail"
          type="email"
          inputMode="email"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          value={email}
          error={emailError}
          onChange={(event) => setEmail(event.target.value)}
        />
        {mine ? (
          <p className={formStyles.note}>Este é o seu próprio acesso: o que você pode fazer só outra pessoa muda.</p>
        ) : (
          <>
            <RoleChoice
              value={role}
              options={me.is_superuser ? ["atendente", "gestor", "superusuario"] : ["atendente", "gestor"]}
              error={failure?.field("papel") ?? failure?.field("is_superuser")}
              onChange={setRole}
            />
            {me.is_superuser && role !== "superusuario" && (
              <SelectField
                label="Empresa"
                value={empresaId ?? ""}
                error={missing.empresa ?? failure?.field("empresa_id")}
                onChange={(event) => setChosen(event.target.value ? Number(event.target.value) : null)}
              >
                <option value="">Escolha…</option>
                {empresas.data?.items.map(({ id, nome }) => (
                  <option key={id} value={id}>
                    {nome}
                  </option>
                ))}
              </SelectField>
            )}
          </>
        )}
        {!usuario && (
          <>
            <Segmented label="Como a pessoa entra na primeira vez" value={entry} options={ENTRIES} onChange={setEntry} />
            {entry === "codigo" ? (
              <p className={formStyles.note}>Você recebe um código que vale uma vez. Com ele a pessoa escolhe a própria senha.</p>
            ) : (
              <PasswordField
                label="Primeira senha"
                autoComplete="new-password"
                hint="Pelo menos 8 caracteres. A pessoa escolhe outra ao entrar."
                value={senha}
                error={missing.senha ?? failure?.field("senha")}
                onChange={(event) => setSenha(event.target.value)}
              />
            )}
          </>
        )}
        {elsewhere && <FieldError id="usuario-erro" text={elsewhere} />}
        <Button type="submit" variant="primary" working={save.isPending}>
          {usuario ? "Salvar" : "Criar usuário"}
        </Button>
      </form>
      {usuario && !mine && (
        <UsuarioActs
          usuario={usuario}
          onCode={(codigo) => onCode(usuario.email, codigo)}
          onGone={() => {
            void queryClient.invalidateQueries({ queryKey: ["usuarios"] });
            onClose();
          }}
        />
      )}
    </Dialog>
  );
}
