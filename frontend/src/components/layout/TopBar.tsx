import { Link } from "react-router";
import { useConnected } from "../../services/connection";
import { Icon } from "../ui/Icon";
import { EmpresaSwitcher } from "./EmpresaSwitcher";
import styles from "./TopBar.module.css";

/** Phone only: which company, whether it is live, and the account. */
export function TopBar() {
  const connected = useConnected();
  return (
    <header className={styles.bar}>
      <EmpresaSwitcher general />
      <span className={styles.end}>
        <span className={connected ? styles.live : styles.lost}>
          <span className="sr-only">{connected ? "Ao vivo" : "Sem conexão"}</span>
        </span>
        <Link className={styles.account} to="/conta" aria-label="Minha conta" title="Minha conta">
          <Icon name="user" />
        </Link>
      </span>
    </header>
  );
}
