import { useCallback, useEffect, useRef, useState } from "react";

/** WhatsApp's own format first; browsers that lack it record in theirs. */
const FORMATS = ["audio/ogg;codecs=opus", "audio/mp4", "audio/webm;codecs=opus", "audio/webm"];
const MAX_MS = 60_000;

type Phase = "idle" | "asking" | "recording" | "denied";

export function canRecord(): boolean {
  return "MediaRecorder" in window && "mediaDevices" in navigator;
}

/** Records the microphone. The microphone is let go as soon as the recording ends, or the person leaves. */
export function useRecorder(onDone: (blob: Blob) => void) {
  const [phase, setPhase] = useState<Phase>("idle");
  const recorder = useRef<MediaRecorder | null>(null);
  const discarded = useRef(false);

  const stop = useCallback(() => {
    if (recorder.current?.state === "recording") recorder.current.stop();
  }, []);

  const cancel = useCallback(() => {
    discarded.current = true;
    stop();
  }, [stop]);

  useEffect(() => cancel, [cancel]);

  const start = useCallback(async () => {
    discarded.current = false;
    setPhase("asking");
    let stream: MediaStream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch {
      setPhase("denied");
      return;
    }
    const mimeType = FORMATS.find((format) => MediaRecorder.isTypeSupported(format));
    const current = new MediaRecorder(stream, mimeType ? { mimeType } : undefined);
    const chunks: Blob[] = [];
    const limit = setTimeout(() => current.stop(), MAX_MS);
    current.ondataavailable = ({ data }) => chunks.push(data);
    current.onstop = () => {
      clearTimeout(limit);
      stream.getTracks().forEach((track) => track.stop());
      setPhase("idle");
      const type = current.mimeType.split(";")[0] ?? "audio/webm";
      if (!discarded.current) onDone(new Blob(chunks, { type }));
    };
    recorder.current = current;
    current.start();
    setPhase("recording");
  }, [onDone]);

  return { phase, start, stop, cancel };
}
