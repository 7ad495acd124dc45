import { Link } from "react-router";
import { Icon } from "../ui/Icon";
import { SECTIONS, type SectionKey } from "./sections";
import styles from "./SectionList.module.css";

interface Props {
  slug: string;
  current?: SectionKey;
  /** Only the names, beside the form. */
  compact?: boolean;
}

export function SectionList({ slug, current, compact = false }: Props) {
  return (
    <nav className={compact ? styles.compact : styles.list} aria-label="Configuração">
      <ul>
        {SECTIONS.map(({ key, label, text, icon }) => (
          <li key={key}>
            <Link className={styles.row} to={`/admin/${slug}/configuracao/${key}`} aria-current={key === current ? "page" : undefined}>
              <Icon name={icon} size={compact ? 18 : 22} />
              <span className={styles.words}>
                <span className={styles.label}>{label}</span>
                {!compact && <span className={styles.text}>{text}</span>}
              </span>
              {!compact && <Icon name="chevron" size={18} />}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
