/// <reference types="vite/client" />

interface ImportMetaEnv {
  /** Origin of the API when the panel is served from elsewhere; absent means the same origin. */
  readonly VITE_API_URL?: string;
}
