import { useMutation } from "@tanstack/react-query";
import { useRef, useState, type SubmitEvent } from "react";
import { formText } from "../../lib/formText";
import { changePassword } from "../../services/account";
import { ApiError, sentenceOf } from "../../services/errors";
import { useSession } from "../../services/session";
import { Button } from "../ui/Button";
import { FieldError } from "../ui/FieldError";
import { PasswordField } from "../ui/PasswordField";
import { useToast } from "../ui/toast-context";
import styles from "./PasswordForm.module.css";

const MIN_LENGTH = 8;

interface Wrong {
  senha_atual?: string;
  senha_nova?: string;
}

interface Props {
  email: string;
  /** The password of today when it was typed a moment ago: it is not asked for again. */
  current?: string | null;
  submit?: string;
  wide?: boolean;
}

export function PasswordForm({ email, current = null, submit: submitLabel = "Trocar senha", wide = false }: Props) {
  const form = useRef<HTMLFormElement>(null);
  const toast = useToast();
  const { reloadMe } = useSession();
  const [wrong, setWrong] = useState<Wrong>({});
  const change = useMutation({
    mutationFn: changePassword,
    onSuccess: async () => {
      form.current?.reset();
      toast({ text: "Senha trocada." });
      await reloadMe();
    },
  });

  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const known = data.has("senha_atual") ? formText(data, "senha_atual") : (current ?? "");
    const next = formText(data, "senha_nova");
    const found: Wrong = {
      ...(known === "" && { senha_atual: "Informe a senha de hoje." }),
      ...(next.length < MIN_LENGTH && { senha_nova: `Use pelo menos ${MIN_LENGTH} caracteres.` }),
    };
    setWrong(found);
    change.reset();
    if (!found.senha_atual && !found.senha_nova) change.mutate({ senha_atual: known, senha_nova: next });
  };

  const error = change.error instanceof ApiError ? change.error : null;
  const badCurrent = error?.code === "credenciais_invalidas" ? error.detail : error?.field("senha_atual");
  const badNext = error?.field("senha_nova");
  return (
    <form className={styles.form} ref={form} onSubmit={submit} noValidate>
      {/* Lets a password manager know whose password is being changed. */}
      <input type="text" name="username" autoComplete="username" value={email} readOnly hidden />
      {(current === null || badCurrent) && (
        <PasswordField
          label="Senha atual"
          name="senha_atual"
          autoComplete="current-password"
          error={wrong.senha_atual ?? badCurrent}
        />
      )}
      <PasswordField
        label="Nova senha"
        name="senha_nova"
        autoComplete="new-password"
        hint={`Pelo menos ${MIN_LENGTH} caracteres.`}
        error={wrong.senha_nova ?? badNext}
      />
      {change.error && !badCurrent && !badNext && <FieldError id="senha-erro" text={sentenceOf(change.error)} />}
      <Button type="submit" variant="primary" wide={wide} working={change.isPending}>
        {submitLabel}
      </Button>
    </form>
  );
}
