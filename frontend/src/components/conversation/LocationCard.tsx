import type { Place } from "../../lib/conversation";
import { Icon } from "../ui/Icon";
import styles from "./MidiaView.module.css";

const COORDINATE = new Intl.NumberFormat("pt-BR", { minimumFractionDigits: 5, maximumFractionDigits: 5 });

export function LocationCard({ place }: { place: Place }) {
  const address = `https://www.openstreetmap.org/?mlat=${place.latitude}&mlon=${place.longitude}#map=17/${place.latitude}/${place.longitude}`;
  return (
    <a className={styles.file} href={address} target="_blank" rel="noreferrer noopener">
      <Icon name="pin" />
      <span className={styles.words}>
        <span className={styles.name}>{place.label ?? "Localização"}</span>
        <span className={styles.about}>
          {COORDINATE.format(place.latitude)}; {COORDINATE.format(place.longitude)}
        </span>
      </span>
      <span className="sr-only">(abre o mapa em outra aba)</span>
    </a>
  );
}
