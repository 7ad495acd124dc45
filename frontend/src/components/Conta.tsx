import { useMutation } from "@tanstack/react-query";
import { ROLE_TEXT, roleKey, roleOf } from "../lib/roles";
import { setTheme, useTheme, type Theme } from "../lib/theme";
import { useMe, useSession } from "../services/session";
import styles from "./Conta.module.css";
import { PasswordForm } from "./conta/PasswordForm";
import { Button } from "./ui/Button";
import type { IconName } from "./ui/icons";
import { Page } from "./ui/Page";
import { Section } from "./ui/Section";
import { Segmented } from "./ui/Segmented";

const THEMES: readonly { value: Theme; label: string; icon: IconName }[] = [
  { value: "system", label: "Sistema", icon: "monitor" },
  { value: "light", label: "Claro", icon: "sun" },
  { value: "dark", label: "Escuro", icon: "moon" },
];

export default function Conta() {
  const me = useMe();
  const theme = useTheme();
  const { logout } = useSession();
  const leaving = useMutation({ mutationFn: logout });
  return (
    <Page title="Minha conta">
      <div className={styles.blocks}>
        <Section title="Quem é você">
          <div className={styles.who}>
            <div className={styles.words}>
              <p className={styles.email}>{me.email}</p>
              <p className={styles.role}>
                {roleOf(me)}
                {me.empresa ? `, ${me.empresa.nome}` : ", todas as empresas"}
              </p>
              {!me.is_superuser && <p className={styles.can}>{ROLE_TEXT[roleKey(me)]}</p>}
            </div>
            <Button icon="logout" working={leaving.isPending} onClick={() => leaving.mutate()}>
              Sair
            </Button>
          </div>
        </Section>
        <Section title="Aparência">
          <div className={styles.block}>
            <Segmented label="Tema" value={theme} options={THEMES} onChange={setTheme} />
          </div>
        </Section>
        <Section title="Trocar a senha">
          <div className={styles.block}>
            <p className={styles.notice}>As suas outras sessões abertas terminam.</p>
            <PasswordForm email={me.email} />
          </div>
        </Section>
      </div>
    </Page>
  );
}
