import { useMutation } from "@tanstack/react-query";
import { useRef, useState, type SubmitEvent } from "react";
import { Link, Navigate, useLocation } from "react-router";
import { comesFrom, noticeOf } from "../lib/comesFrom";
import { ApiError, sentenceOf } from "../services/errors";
import { homeOf, useSession } from "../services/session";
import { AccessFrame } from "./access/AccessFrame";
import styles from "./access/AccessFrame.module.css";
import { Splash } from "./layout/Splash";
import { Button } from "./ui/Button";
import { PasswordField } from "./ui/PasswordField";
import { TextField } from "./ui/TextField";

interface Missing {
  email?: string;
  password?: string;
}

export default function Login() {
  const { state, login } = useSession();
  const location = useLocation();
  const emailRef = useRef<HTMLInputElement>(null);
  const passwordRef = useRef<HTMLInputElement>(null);
  const [missing, setMissing] = useState<Missing>({});
  const attempt = useMutation({
    mutationFn: ({ email, password }: { email: string; password: string }) => login(email, password),
    onError: () => passwordRef.current?.select(),
  });

  if (state.phase === "restoring") return <Splash />;
  if (state.phase === "signed-in") return <Navigate to={comesFrom(location.state) ?? homeOf(state.me)} replace />;

  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    // Read from the fields: password managers may fill them without a change event.
    const email = emailRef.current?.value.trim() ?? "";
    const password = passwordRef.current?.value ?? "";
    const found: Missing = {
      ...(email === "" && { email: "Informe seu e-mail." }),
      ...(password === "" && { password: "Informe sua senha." }),
    };
    setMissing(found);
    attempt.reset();
    if (found.email) emailRef.current?.focus();
    else if (found.password) passwordRef.current?.focus();
    else attempt.mutate({ email, password });
  };

  const error = attempt.error instanceof ApiError ? attempt.error : null;
  const emailError = missing.email ?? error?.field("username");
  const passwordError = missing.password ?? error?.field("password") ?? (attempt.error && !emailError ? sentenceOf(attempt.error) : undefined);

  const notice = noticeOf(location.state) ?? (state.phase === "anonymous" ? state.notice : null);
  return (
    <AccessFrame tab="Entrar" title="Entrar no Atende Ai" notice={notice} onSubmit={submit}>
      <TextField
        ref={emailRef}
        label="E-mail"
        type="email"
        name="username"
        autoComplete="username"
        inputMode="email"
        autoCapitalize="none"
        spellCheck={false}
        error={emailError}
      />
      <PasswordField
        ref={passwordRef}
        label="Senha"
        name="password"
        autoComplete="current-password"
        error={passwordError}
      />
      <Button type="submit" variant="primary" wide working={attempt.isPending}>
        {attempt.isPending ? "Entrando…" : "Entrar"}
      </Button>
      <p className={styles.other}>
        <Link to="/redefinir">Tenho um código de acesso</Link>
      </p>
    </AccessFrame>
  );
}
