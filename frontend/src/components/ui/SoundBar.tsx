import { useRef, useState } from "react";
import { formatDuration } from "../../lib/format";
import { Icon } from "./Icon";
import styles from "./SoundBar.module.css";

interface Props {
  src: string | undefined;
  label: string;
}

/** Play, a line one can drag along, and the time. */
export function SoundBar({ src, label }: Props) {
  const audio = useRef<HTMLAudioElement>(null);
  const [playing, setPlaying] = useState(false);
  const [position, setPosition] = useState(0);
  const [duration, setDuration] = useState(0);

  const toggle = () => {
    const element = audio.current;
    if (!element || !src) return;
    if (element.paused) element.play().catch(() => setPlaying(false));
    else element.pause();
  };

  return (
    <div className={styles.bar}>
      {/* The transcript below the player is the text alternative of a voice note. */}
      {/* eslint-disable-next-line jsx-a11y/media-has-caption */}
      <audio
        ref={audio}
        src={src}
        preload="metadata"
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onEnded={() => setPosition(0)}
        onTimeUpdate={(event) => setPosition(event.currentTarget.currentTime)}
        onDurationChange={(event) => {
          // A recording made in the browser may not know its own length.
          const { duration: found } = event.currentTarget;
          setDuration(Number.isFinite(found) ? found : 0);
        }}
      />
      <button
        type="button"
        className={styles.play}
        aria-label={`${playing ? "Pausar" : "Ouvir"} ${label}`}
        aria-disabled={!src || undefined}
        onClick={toggle}
      >
        <Icon name={playing ? "pause" : "play"} size={18} solid={!playing} />
      </button>
      <input
        className={styles.track}
        type="range"
        aria-label={`Posição da ${label}`}
        aria-valuetext={`${formatDuration(position)} de ${formatDuration(duration)}`}
        min={0}
        max={duration || 1}
        step={0.1}
        value={Math.min(position, duration || 1)}
        onChange={(event) => {
          const next = Number(event.target.value);
          setPosition(next);
          if (audio.current) audio.current.currentTime = next;
        }}
      />
      <span className={styles.time}>{formatDuration(playing || position > 0 ? position : duration)}</span>
    </div>
  );
}
