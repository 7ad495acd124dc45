import { cx } from "../../lib/cx";
import { formatFull, formatTime } from "../../lib/format";
import { LocationCard } from "../conversation/LocationCard";
import { Icon } from "../ui/Icon";
import type { ChatLine } from "./chat";
import styles from "./PhoneBubble.module.css";
import { PhoneMedia } from "./PhoneMedia";

export function PhoneBubble({ line }: { line: ChatLine }) {
  return (
    <div className={cx(styles.bubble, line.mine ? styles.mine : styles.theirs)}>
      <span className="sr-only">{line.mine ? "Você: " : "Empresa: "}</span>
      {line.media.map((media, index) => (
        // The files of a message never change places.
        <PhoneMedia key={index} media={media} />
      ))}
      {line.place && <LocationCard place={line.place} />}
      {line.text && (
        <p className={styles.text} dir="auto">
          {line.text}
        </p>
      )}
      <p className={styles.foot}>
        {!line.mine && <span>{line.state}</span>}
        <time dateTime={line.at} title={formatFull(line.at)}>
          {formatTime(line.at)}
        </time>
        {line.tick && (
          <span className={styles.tick} title={line.state}>
            <Icon name={line.tick} size={16} />
            <span className="sr-only">{line.state}</span>
          </span>
        )}
      </p>
      {line.problem && (
        <p className={styles.problem}>
          <Icon name="alert" size={14} />
          {line.problem}
        </p>
      )}
    </div>
  );
}
