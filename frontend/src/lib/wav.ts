/** Builds a short, real WAV file in the browser: a voice-like hum, so that there is something to hear and to decode. */
const RATE = 16_000;
const HEADER = 44;

function writeText(view: DataView, offset: number, text: string): void {
  for (let index = 0; index < text.length; index += 1) view.setUint8(offset + index, text.charCodeAt(index));
}

/** Syllables of falling and rising pitch; 16-bit mono PCM. */
export function makeSampleWav(syllables: number): Blob {
  const perSyllable = Math.round(RATE * 0.18);
  const samples = Math.max(1, syllables) * perSyllable;
  const view = new DataView(new ArrayBuffer(HEADER + samples * 2));
  writeText(view, 0, "RIFF");
  view.setUint32(4, HEADER - 8 + samples * 2, true);
  writeText(view, 8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, RATE, true);
  view.setUint32(28, RATE * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  writeText(view, 36, "data");
  view.setUint32(40, samples * 2, true);

  let phase = 0;
  for (let index = 0; index < samples; index += 1) {
    const syllable = Math.floor(index / perSyllable);
    const within = (index % perSyllable) / perSyllable;
    const pitch = 140 + 40 * Math.sin(syllable * 1.7) + 20 * within;
    phase += (2 * Math.PI * pitch) / RATE;
    const voice = Math.sin(phase) + 0.5 * Math.sin(2 * phase) + 0.25 * Math.sin(3 * phase);
    view.setInt16(HEADER + index * 2, voice * Math.sin(Math.PI * within) * 6_000, true);
  }
  return new Blob([view], { type: "audio/wav" });
}

/** A length that fits what is said: about one syllable for every three letters. */
export function syllablesOf(text: string): number {
  return Math.min(60, Math.max(4, Math.round(text.length / 3)));
}
