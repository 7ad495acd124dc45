import { useMe } from "../services/session";
import { EmpresaSwitcher } from "./layout/EmpresaSwitcher";
import { PlaceLink } from "./layout/PlaceLink";
import { empresaPlaces, generalPlaces } from "./layout/places";
import { useCurrentEmpresa } from "./layout/useCurrentEmpresa";
import styles from "./Sidebar.module.css";
import { WordMark } from "./WordMark";

export function Sidebar() {
  const me = useMe();
  const current = useCurrentEmpresa();
  return (
    <aside className={styles.sidebar}>
      <p className={styles.mark}>
        <WordMark />
      </p>
      <nav className={styles.nav} aria-label="Principal">
        {me.is_superuser && (
          <ul className={styles.group}>
            {generalPlaces(me).map((place) => (
              <li key={place.to}>
                <PlaceLink place={place} />
              </li>
            ))}
          </ul>
        )}
        {current && (
          <div className={styles.empresa}>
            <EmpresaSwitcher />
            <ul className={styles.group}>
              {empresaPlaces(me, current.slug).map((place) => (
                <li key={place.to}>
                  <PlaceLink place={place} />
                </li>
              ))}
            </ul>
          </div>
        )}
        {!me.is_superuser && (
          <ul className={styles.group}>
            {generalPlaces(me).map((place) => (
              <li key={place.to}>
                <PlaceLink place={place} />
              </li>
            ))}
          </ul>
        )}
      </nav>
      <div className={styles.foot}>
        <PlaceLink place={{ to: "/conta", label: "Minha conta", icon: "user" }} />
        <p className={styles.email} title={me.email}>
          {me.email}
        </p>
      </div>
    </aside>
  );
}
