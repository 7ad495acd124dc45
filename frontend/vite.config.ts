/** Builds the panel into `dist`, which the API serves at `/`; in development it answers on port 5175 and forwards the API. */
import react from "@vitejs/plugin-react";
import { loadEnv } from "vite";
import { defineConfig } from "vitest/config";

export default defineConfig(({ mode }) => {
  const { VITE_API_URL } = loadEnv(mode, process.cwd(), "VITE_");
  // With an API origin the browser calls it directly; without one the dev server stands in front of the local API.
  const target = "http://localhost:8001";
  const proxy = VITE_API_URL
    ? undefined
    : Object.fromEntries(
        ["/api", "/webhook", "/health", "/ready"].map((path) => [path, { target, changeOrigin: false }]),
      );

  return {
    base: "./",
    plugins: [react()],
    server: { port: 5175, strictPort: true, proxy },
    preview: { port: 5175, strictPort: true, proxy },
    build: { sourcemap: false, reportCompressedSize: true },
    test: {
      environment: "jsdom",
      setupFiles: ["src/test/setup.ts"],
      restoreMocks: true,
      testTimeout: 30_000,
      css: { modules: { classNameStrategy: "non-scoped" as const } },
    },
  };
});
