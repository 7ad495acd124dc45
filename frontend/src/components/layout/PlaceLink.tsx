import { NavLink } from "react-router";
import { Icon } from "../ui/Icon";
import type { Place } from "./places";
import styles from "./PlaceLink.module.css";

interface Props {
  place: Place;
  onNavigate?: () => void;
}

export function PlaceLink({ place, onNavigate }: Props) {
  return (
    <NavLink className={styles.link ?? ""} to={place.to} end={place.exact ?? false} {...(onNavigate && { onClick: onNavigate })}>
      <Icon name={place.icon} />
      {place.label}
    </NavLink>
  );
}
