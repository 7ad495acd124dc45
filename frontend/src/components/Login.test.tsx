import { screen, waitFor } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { describe, expect, test } from "vitest";
import { makeEmpresa, makeMe, page } from "../test/factories";
import { renderApp, signedIn, TOKEN } from "../test/renderApp";
import { server } from "../test/server";

const refuse = () => HttpResponse.json({ detail: "E-mail ou senha incorretos.", code: "credenciais_invalidas" }, { status: 401 });
const accept = () => HttpResponse.json({ access_token: TOKEN, token_type: "bearer", expires_in: 1800 });

function playApi(me = makeMe()) {
  server.use(
    http.get("/api/me", () => HttpResponse.json(me)),
    http.get("/api/empresas", () => HttpResponse.json(page([makeEmpresa()]))),
    http.get("/api/buffer", () => HttpResponse.json(page([]))),
  );
}

describe("login", () => {
  test("a stranger is asked to sign in without a failing request", async () => {
    renderApp("/admin/buffer");

    expect(await screen.findByRole("heading", { name: "Entrar no Atende Ai" })).toBeVisible();
    expect(screen.getByLabelText("E-mail")).toHaveAttribute("autocomplete", "username");
    expect(screen.getByLabelText("Senha")).toHaveAttribute("autocomplete", "current-password");
  });

  test("empty fields are named before anything is sent", async () => {
    const { user } = renderApp("/login");

    await user.click(await screen.findByRole("button", { name: "Entrar" }));

    expect(screen.getByText("Informe seu e-mail.")).toBeVisible();
    expect(screen.getByText("Informe sua senha.")).toBeVisible();
    expect(screen.getByLabelText("E-mail")).toHaveFocus();
    expect(screen.getByLabelText("E-mail")).toBeInvalid();
  });

  test("a refusal is said in the field's own line and keeps the e-mail", async () => {
    server.use(http.post("/api/login", refuse));
    const { user } = renderApp("/login");

    await user.type(await screen.findByLabelText("E-mail"), "dona@exemplo.com.br");
    await user.type(screen.getByLabelText("Senha"), "errada");
    await user.click(screen.getByRole("button", { name: "Entrar" }));

    expect(await screen.findByText("E-mail ou senha incorretos.")).toBeVisible();
    expect(screen.getByLabelText("Senha")).toHaveAccessibleDescription("E-mail ou senha incorretos.");
    expect(screen.getByLabelText("E-mail")).toHaveValue("dona@exemplo.com.br");
  });

  test("goes back to the screen that was asked for, with the token in no address and in no storage", async () => {
    let body = "";
    server.use(
      http.post("/api/login", async ({ request }) => {
        body = await request.text();
        return accept();
      }),
    );
    playApi();
    const { user } = renderApp("/admin/buffer");

    await user.type(await screen.findByLabelText("E-mail"), "dona@exemplo.com.br");
    await user.type(screen.getByLabelText("Senha"), "admin123");
    await user.click(screen.getByRole("button", { name: "Entrar" }));

    expect(await screen.findByRole("heading", { name: "Status do buffer" })).toBeVisible();
    expect(window.location.hash).toBe("#/admin/buffer");
    expect(new URLSearchParams(body).get("username")).toBe("dona@exemplo.com.br");
    const kept = JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage), window.location.href, document.cookie]);
    expect(kept).not.toContain(TOKEN);
  });

  test("the password can be seen and hidden", async () => {
    const { user } = renderApp("/login");
    const field = await screen.findByLabelText("Senha");

    await user.click(screen.getByRole("button", { name: "Mostrar senha" }));
    expect(field).toHaveAttribute("type", "text");
    await user.click(screen.getByRole("button", { name: "Ocultar senha" }));
    expect(field).toHaveAttribute("type", "password");
  });

  test("a session that ends while working leads to the login, and says so", async () => {
    signedIn();
    let alive = true;
    server.use(
      http.get("/api/buffer", () =>
        alive ? HttpResponse.json(page([])) : HttpResponse.json({ detail: "x", code: "nao_autenticado" }, { status: 401 }),
      ),
    );
    const { queryClient } = renderApp("/admin/buffer");
    await screen.findByText("Nenhuma conversa esperando");

    alive = false;
    server.use(http.post("/api/refresh", refuse));
    void queryClient.invalidateQueries({ queryKey: ["buffer"] });

    expect(await screen.findByText(/Sua sessão terminou/)).toBeVisible();
    expect(window.location.hash).toBe("#/login");
  });

  test("somebody of one company who types a superuser's address is told why not", async () => {
    signedIn(makeMe({ is_superuser: false, papel: "gestor", empresa: { slug: "pancia-piena", nome: "Pancia Piena" } }));
    renderApp("/admin/simulador");

    expect(await screen.findByText("Esta tela é só para superusuários")).toBeVisible();
    await waitFor(() => expect(document.title).toContain("Acesso restrito"));
  });
});
