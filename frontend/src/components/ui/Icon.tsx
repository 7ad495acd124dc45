import { ICONS, type IconName } from "./icons";

interface Props {
  name: IconName;
  size?: number;
  /** Filled shapes read better small (play, pause, stop). */
  solid?: boolean;
}

/** Always decorative: the word beside it, or the button's label, says what it means. */
export function Icon({ name, size = 20, solid = false }: Props) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill={solid ? "currentColor" : "none"}
      stroke="currentColor"
      strokeWidth={name === "more" ? 2.6 : 1.6}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
      style={{ flex: "none" }}
    >
      {ICONS[name].map((path) => (
        <path key={path} d={path} />
      ))}
    </svg>
  );
}
