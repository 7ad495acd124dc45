import { Skeleton } from "../ui/Skeleton";
import styles from "../ui/Page.module.css";

export function PagePending() {
  return (
    <div className={styles.page}>
      <Skeleton height={34} />
      <Skeleton height={120} />
      <Skeleton rows={5} />
    </div>
  );
}
