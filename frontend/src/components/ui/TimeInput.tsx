import { useState } from "react";
import { parseTime } from "../../lib/week";
import fields from "./Field.module.css";

interface Props {
  label: string;
  /** As 18:30. */
  value: string;
  onChange: (value: string) => void;
}

/** An hour of the day on 24 hours, whatever the device thinks of AM and PM; 18, 1830 and 18h30 are understood. */
export function TimeInput({ label, value, onChange }: Props) {
  const [typed, setTyped] = useState<string | null>(null);
  const wrong = typed !== null && parseTime(typed) === null;
  return (
    <input
      className={fields.input}
      type="text"
      inputMode="numeric"
      autoComplete="off"
      placeholder="18:00"
      maxLength={5}
      aria-label={label}
      aria-invalid={wrong || undefined}
      value={typed ?? value}
      onChange={(event) => {
        setTyped(event.target.value);
        const time = parseTime(event.target.value);
        if (time !== null) onChange(time);
      }}
      onBlur={() => setTyped(null)}
    />
  );
}
