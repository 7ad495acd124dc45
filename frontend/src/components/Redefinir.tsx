import { useMutation } from "@tanstack/react-query";
import { useState, type SubmitEvent } from "react";
import { Link, useNavigate } from "react-router";
import { resetPassword } from "../services/account";
import { ApiError, sentenceOf } from "../services/errors";
import { AccessFrame } from "./access/AccessFrame";
import styles from "./access/AccessFrame.module.css";
import { Button } from "./ui/Button";
import { FieldError } from "./ui/FieldError";
import { PasswordField } from "./ui/PasswordField";
import { TextField } from "./ui/TextField";

const MIN_LENGTH = 8;

/** A one-time code and the password one wants from now on. The code is typed or pasted, never part of an address. */
export default function Redefinir() {
  const navigate = useNavigate();
  const [codigo, setCodigo] = useState("");
  const [senha, setSenha] = useState("");
  const [missing, setMissing] = useState<{ codigo?: string; senha?: string }>({});
  const reset = useMutation({
    mutationFn: resetPassword,
    onSuccess: () => navigate("/login", { replace: true, state: { notice: "Senha definida. Entre com o seu e-mail e a senha nova." } }),
  });

  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const found = {
      ...(codigo.trim() === "" && { codigo: "Cole o código que você recebeu." }),
      ...(senha.length < MIN_LENGTH && { senha: `Use pelo menos ${MIN_LENGTH} caracteres.` }),
    };
    setMissing(found);
    reset.reset();
    if (Object.keys(found).length === 0) reset.mutate({ codigo: codigo.trim(), senha_nova: senha });
  };

  const failure = reset.error instanceof ApiError ? reset.error : null;
  const codeError = missing.codigo ?? failure?.field("codigo");
  const passwordError = missing.senha ?? failure?.field("senha_nova");
  return (
    <AccessFrame tab="Definir senha" title="Definir a senha" notice="Cole o código de acesso que você recebeu e escolha uma senha que só você conheça." onSubmit={submit}>
      <TextField
        label="Código de acesso"
        autoComplete="one-time-code"
        autoCapitalize="none"
        spellCheck={false}
        value={codigo}
        error={codeError}
        onChange={(event) => setCodigo(event.target.value)}
      />
      <PasswordField
        label="Nova senha"
        autoComplete="new-password"
        hint={`Pelo menos ${MIN_LENGTH} caracteres.`}
        value={senha}
        error={passwordError}
        onChange={(event) => setSenha(event.target.value)}
      />
      {reset.error && !codeError && !passwordError && <FieldError id="redefinir-erro" text={sentenceOf(reset.error)} />}
      <Button type="submit" variant="primary" wide working={reset.isPending}>
        Definir senha
      </Button>
      <p className={styles.other}>
        <Link to="/login">Voltar para a entrada</Link>
      </p>
    </AccessFrame>
  );
}
