import { useState } from "react";
import { NavLink, useLocation } from "react-router";
import { homeOf, useMe } from "../../services/session";
import { Icon } from "../ui/Icon";
import { LazyDialog } from "../ui/LazyDialog";
import styles from "./BottomBar.module.css";
import { PlaceLink } from "./PlaceLink";
import { empresaPlaces, generalPlaces, type Place } from "./places";
import { useCurrentEmpresa } from "./useCurrentEmpresa";

/** Phone only: three places one thumb away, and the rest behind "Mais". */
export function BottomBar() {
  const me = useMe();
  const current = useCurrentEmpresa();
  const { pathname } = useLocation();
  const [open, setOpen] = useState(false);
  const home = homeOf(me);
  const conversas = current ? `/admin/${current.slug}/conversas` : "/admin/empresas";

  const places: Place[] = [
    { to: home, label: "Início", icon: "home", exact: true },
    { to: conversas, label: "Conversas", icon: "chat" },
    { to: "/admin/buffer", label: "Buffer", icon: "timer" },
  ];
  const shown = new Set(places.map(({ to }) => to));
  const rest = [...(current ? empresaPlaces(me, current.slug, current.nome) : []), ...generalPlaces(me)].filter(({ to }) => !shown.has(to));
  const elsewhere = rest.some(({ to, exact }) => (exact ? to === pathname : pathname.startsWith(to))) || pathname === "/conta";
  const close = () => setOpen(false);

  return (
    <nav className={styles.bar} aria-label="Atalhos">
      {places.map((place) => (
        <NavLink key={place.to} className={styles.item ?? ""} to={place.to} end={place.exact ?? false}>
          <Icon name={place.icon} size={22} />
          {place.label}
        </NavLink>
      ))}
      <button
        type="button"
        className={styles.item}
        aria-haspopup="dialog"
        data-current={elsewhere || undefined}
        onClick={() => setOpen(true)}
      >
        <Icon name="more" size={22} />
        Mais
      </button>
      <LazyDialog open={open} onOpenChange={setOpen} title="Mais">
        <ul className={styles.list}>
          {rest.map((place) => (
            <li key={place.to}>
              <PlaceLink place={place} onNavigate={close} />
            </li>
          ))}
          <li>
            <PlaceLink place={{ to: "/conta", label: "Minha conta", icon: "user" }} onNavigate={close} />
          </li>
        </ul>
      </LazyDialog>
    </nav>
  );
}
