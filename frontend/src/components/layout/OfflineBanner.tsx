import { useConnected } from "../../services/connection";
import { Icon } from "../ui/Icon";
import styles from "./OfflineBanner.module.css";

export function OfflineBanner() {
  const connected = useConnected();
  return (
    <div role="status">
      {!connected && (
        <p className={styles.banner}>
          <Icon name="offline" size={18} />
          Sem conexão com o servidor. O que você vê pode estar desatualizado; tentamos de novo sozinhos.
        </p>
      )}
    </div>
  );
}
