import { screen, waitFor, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { describe, expect, test } from "vitest";
import { makeMe, makeUsuario, page } from "../test/factories";
import { renderApp, signedIn } from "../test/renderApp";
import { server } from "../test/server";

const GESTOR = makeMe({ id: 9, is_superuser: false, papel: "gestor", empresa: { slug: "pancia-piena", nome: "Pancia Piena" } });

describe("people", () => {
  test("a person is created and the code is shown once", async () => {
    signedIn();
    const sent: unknown[] = [];
    server.use(
      http.get("/api/usuarios", () => HttpResponse.json(page([makeUsuario()]))),
      http.post("/api/usuarios", async ({ request }) => {
        sent.push(await request.json());
        return HttpResponse.json(makeUsuario({ id: 6, email: "nova@exemplo.com.br" }), { status: 201 });
      }),
      http.post("/api/usuarios/6/codigo", () =>
        HttpResponse.json({ codigo: "ABCD-EFGH-JKLM", expira_em: "2026-11-25T13:00:00Z" }, { status: 201 }),
      ),
    );
    const { user } = renderApp("/admin/usuarios");

    await user.click(await screen.findByRole("button", { name: "Novo usuário" }));
    await user.type(screen.getByLabelText("E-mail"), "nova@exemplo.com.br");
    await user.click(screen.getByRole("radio", { name: "Gestor" }));
    await user.click(screen.getByRole("button", { name: "Criar usuário" }));

    const dialog = await screen.findByRole("dialog", { name: "Código de acesso" });
    expect(within(dialog).getByText("ABCD-EFGH-JKLM")).toBeVisible();
    expect(sent).toEqual([
      { email: "nova@exemplo.com.br", senha: expect.stringMatching(/^[0-9a-f]{64}$/) as string, is_superuser: false, papel: "gestor", empresa_id: 7 },
    ]);
    await user.click(within(dialog).getByRole("button", { name: "Pronto" }));
    expect(screen.queryByText("ABCD-EFGH-JKLM")).not.toBeInTheDocument();
    expect(window.location.href).not.toContain("ABCD");
  });

  test("an e-mail that is taken is said beside the field, and the form stays", async () => {
    signedIn();
    server.use(
      http.get("/api/usuarios", () => HttpResponse.json(page([]))),
      http.post("/api/usuarios", () =>
        HttpResponse.json({ detail: "Já existe um usuário com este e-mail.", code: "conflito" }, { status: 409 }),
      ),
    );
    const { user } = renderApp("/admin/usuarios");

    await user.click((await screen.findAllByRole("button", { name: "Novo usuário" }))[0]!);
    const email = screen.getByLabelText("E-mail");
    await user.type(email, "dona@exemplo.com.br");
    await user.click(screen.getByRole("button", { name: "Criar usuário" }));

    await waitFor(() => expect(email).toHaveAccessibleDescription("Já existe um usuário com este e-mail."));
    expect(email).toHaveValue("dona@exemplo.com.br");
  });

  test("a gestor grants no more than they have and chooses no empresa", async () => {
    signedIn(GESTOR);
    server.use(http.get("/api/usuarios", () => HttpResponse.json(page([makeUsuario()]))));
    const { user } = renderApp("/admin/usuarios");

    await user.click(await screen.findByRole("button", { name: "Novo usuário" }));

    expect(screen.getByRole("radio", { name: "Gestor" })).toBeVisible();
    expect(screen.queryByRole("radio", { name: "Superusuário" })).not.toBeInTheDocument();
    expect(screen.queryByLabelText("Empresa")).not.toBeInTheDocument();
  });
});

describe("the password that somebody else chose", () => {
  test("stands in the way until it is changed, and then the screen that was asked for opens", async () => {
    let due = true;
    signedIn();
    const sent: unknown[] = [];
    server.use(
      http.get("/api/me", () => HttpResponse.json(makeMe({ trocar_senha: due }))),
      http.get("/api/usuarios", () => HttpResponse.json(page([makeUsuario()]))),
      http.post("/api/me/senha", async ({ request }) => {
        sent.push(await request.json());
        due = false;
        return new HttpResponse(null, { status: 204 });
      }),
    );
    const { user } = renderApp("/admin/usuarios");

    await user.type(await screen.findByLabelText("Senha atual"), "a de todos");
    await user.type(screen.getByLabelText("Nova senha"), "uma só minha");
    await user.click(screen.getByRole("button", { name: "Continuar" }));

    expect(await screen.findByRole("heading", { name: "Usuários" })).toBeVisible();
    expect(sent).toEqual([{ senha_atual: "a de todos", senha_nova: "uma só minha" }]);
  });

  test("a refusal in the middle of the work leads to the same screen", async () => {
    signedIn();
    server.use(
      http.get("/api/usuarios", () => HttpResponse.json({ detail: "Escolha uma senha nova.", code: "trocar_senha" }, { status: 403 })),
    );
    renderApp("/admin/usuarios");

    expect(await screen.findByRole("heading", { name: "Escolha a sua senha" })).toBeVisible();
  });
});

describe("access that was taken away", () => {
  test("closes the panel with the reason", async () => {
    signedIn();
    let alive = true;
    server.use(http.get("/api/usuarios", () => (alive ? HttpResponse.json(page([makeUsuario()])) : HttpResponse.json({}, { status: 401 }))));
    const { queryClient } = renderApp("/admin/usuarios");
    await screen.findByText("gestora@exemplo.com.br");

    alive = false;
    server.use(
      http.post("/api/refresh", () =>
        HttpResponse.json({ detail: "Seu acesso foi desativado. Fale com quem administra a empresa.", code: "acesso_desativado" }, { status: 401 }),
      ),
    );
    void queryClient.invalidateQueries({ queryKey: ["usuarios"] });

    expect(await screen.findByText(/Seu acesso foi desativado/)).toBeVisible();
    expect(window.location.hash).toBe("#/login");
  });
});
