/** Opens the whole panel at an address, as a browser would, with the API played by the test's handlers. */
import { QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { HashRouter } from "react-router";
import { App } from "../App";
import { createQueryClient } from "../services/query-client";
import { SessionProvider } from "../services/session";
import type { Me } from "../services/types";
import { makeEmpresa, makeMe, page } from "./factories";
import { server } from "./server";

export const TOKEN = "token-secreto-de-acesso";

/** A session to restore, and the few reads every screen's frame makes. */
export function signedIn(me: Me = makeMe()): void {
  localStorage.setItem("atende-ai:sessao", "1");
  server.use(
    http.post("/api/refresh", () => HttpResponse.json({ access_token: TOKEN, token_type: "bearer", expires_in: 1800 })),
    http.get("/api/me", () => HttpResponse.json(me)),
    http.get("/api/empresas", () => HttpResponse.json(page([makeEmpresa()]))),
  );
}

export function renderApp(address: string) {
  window.location.hash = `#${address}`;
  const user = userEvent.setup();
  const queryClient = createQueryClient();
  queryClient.setDefaultOptions({ queries: { ...queryClient.getDefaultOptions().queries, retry: false } });
  const view = render(
    <QueryClientProvider client={queryClient}>
      <HashRouter>
        <SessionProvider>
          <App />
        </SessionProvider>
      </HashRouter>
    </QueryClientProvider>,
  );
  return { user, queryClient, ...view };
}
