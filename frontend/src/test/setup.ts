/** What every test needs: the DOM matchers, the API played by msw, and the browser parts jsdom leaves out. */
import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterAll, afterEach, beforeAll, beforeEach, vi } from "vitest";
import { http, setAccessToken } from "../services/api";
import { server } from "./server";

// Screens are loaded on first visit, and the machine that runs the tests may be busy.
configure({ asyncUtilTimeout: 8_000 });
// The XMLHttpRequest of jsdom cannot give files back through msw; the browser tests cover the real one.
http.defaults.adapter = "fetch";
http.defaults.baseURL = window.location.origin;

beforeAll(() => server.listen({ onUnhandledRequest: "error" }));

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
  window.location.hash = "";
  vi.stubGlobal(
    "matchMedia",
    vi.fn((query: string) => ({ matches: query.includes("min-width"), media: query, addEventListener: vi.fn(), removeEventListener: vi.fn() })),
  );
  // Radix measures some of its parts; in jsdom nothing has a size.
  vi.stubGlobal("ResizeObserver", class { observe = vi.fn(); unobserve = vi.fn(); disconnect = vi.fn(); });
  window.scrollTo = vi.fn();
  Element.prototype.scrollIntoView = vi.fn();
  URL.createObjectURL = vi.fn(() => "blob:test");
  URL.revokeObjectURL = vi.fn();
});

afterEach(() => {
  cleanup();
  server.resetHandlers();
  setAccessToken(null);
});

afterAll(() => server.close());
