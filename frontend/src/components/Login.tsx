import { useMutation } from "@tanstack/react-query";
import { useRef, useState, type SubmitEvent } from "react";
import { Navigate, useLocation } from "react-router";
import { useTitle } from "../lib/useTitle";
import { ApiError, sentenceOf } from "../services/errors";
import { homeOf, useSession } from "../services/session";
import { Splash } from "./layout/Splash";
import styles from "./Login.module.css";
import { Button } from "./ui/Button";
import { PasswordField } from "./ui/PasswordField";
import { TextField } from "./ui/TextField";
import { WordMark } from "./WordMark";

interface Missing {
  email?: string;
  password?: string;
}

function comesFrom(state: unknown): string | null {
  if (typeof state !== "object" || state === null || !("from" in state)) return null;
  return typeof state.from === "string" && state.from.startsWith("/") && state.from !== "/" ? state.from : null;
}

export default function Login() {
  useTitle("Entrar");
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

  return (
    <main className={styles.login}>
      <div className={styles.brand}>
        <p className={styles.mark}>
          <WordMark />
        </p>
        <p className={styles.lead}>O atendente da sua empresa no WhatsApp. Junta as mensagens, entende o pedido e responde uma vez só.</p>
      </div>
      <div className={styles.side}>
        <form className={styles.form} onSubmit={submit} noValidate>
          <div className={styles.words}>
            <h1 className={styles.title}>Entrar no Atende Ai</h1>
            {state.phase === "anonymous" && state.expired && (
              <p className={styles.notice} role="status">
                Sua sessão terminou. Entre de novo e voltamos para onde você estava.
              </p>
            )}
          </div>
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
        </form>
      </div>
    </main>
  );
}
