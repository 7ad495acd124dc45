import styles from "./WordMark.module.css";

/** "TinyTeams" set tight, after its mark: a square with a square counter. Sized by the text around it. */
export function WordMark() {
  return (
    <span className={styles.mark}>
      <svg className={styles.square} viewBox="0 0 28 28" aria-hidden="true" focusable="false">
        <path
          fill="currentColor"
          fillRule="evenodd"
          d="M5 0h18a5 5 0 0 1 5 5v18a5 5 0 0 1-5 5H5a5 5 0 0 1-5-5V5a5 5 0 0 1 5-5Zm7 10a2 2 0 0 0-2 2v4a2 2 0 0 0 2 2h4a2 2 0 0 0 2-2v-4a2 2 0 0 0-2-2h-4Z"
        />
      </svg>
      TinyTeams
    </span>
  );
}
