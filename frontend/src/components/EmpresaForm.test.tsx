import { screen, waitFor, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { describe, expect, test } from "vitest";
import { AT, makeEmpresa, makeMe, page } from "../test/factories";
import { renderApp, signedIn } from "../test/renderApp";
import { server } from "../test/server";

const HOME = "/admin/pancia-piena/configuracao";
const GESTOR = makeMe({ is_superuser: false, papel: "gestor", empresa: { slug: "pancia-piena", nome: "Pancia Piena" } });

function playEmpresa(empresa = makeEmpresa()) {
  server.use(http.get("/api/empresas/pancia-piena", () => HttpResponse.json(empresa)));
}

describe("configuration", () => {
  test("sends only what changed, and says that it was saved", async () => {
    signedIn();
    playEmpresa();
    const sent: unknown[] = [];
    server.use(
      http.patch("/api/empresas/pancia-piena", async ({ request }) => {
        sent.push(await request.json());
        return HttpResponse.json(makeEmpresa({ nome: "Cantina" }));
      }),
    );
    const { user } = renderApp(`${HOME}/geral`);

    const name = await screen.findByLabelText("Nome");
    expect(screen.queryByRole("button", { name: "Salvar" })).not.toBeInTheDocument();
    await user.clear(name);
    await user.type(name, "Cantina");
    await user.click(screen.getByRole("button", { name: "Salvar" }));

    expect(await screen.findByText("Alterações salvas.")).toBeVisible();
    expect(sent).toEqual([{ nome: "Cantina" }]);
  });

  test("a refusal stands beside its field, and what was typed stays", async () => {
    signedIn();
    playEmpresa();
    server.use(
      http.patch("/api/empresas/pancia-piena", () =>
        HttpResponse.json(
          {
            detail: "Confira os campos indicados.",
            code: "dados_invalidos",
            errors: [{ campo: "twilio_sid", mensagem: "O Account SID da Twilio começa com AC e tem 34 caracteres." }],
          },
          { status: 422 },
        ),
      ),
    );
    const { user } = renderApp(`${HOME}/integracoes`);

    const sid = await screen.findByLabelText("Account SID");
    await user.type(sid, "XX12");
    await user.click(screen.getByRole("button", { name: "Salvar" }));

    await waitFor(() => expect(sid).toBeInvalid());
    expect(sid).toHaveAccessibleDescription(/começa com AC e tem 34/);
    expect(sid).toHaveValue("XX12");
    await user.type(sid, "3");
    expect(sid).toBeValid();
  });

  test("a credential is never read back: it is replaced, removed or left alone", async () => {
    signedIn();
    playEmpresa(makeEmpresa({ openai_key_definida: true, openai_key_final: "1234" }));
    const sent: unknown[] = [];
    server.use(
      http.patch("/api/empresas/pancia-piena", async ({ request }) => {
        sent.push(await request.json());
        playEmpresa();
        return HttpResponse.json(makeEmpresa());
      }),
    );
    const { user } = renderApp(`${HOME}/integracoes`);

    expect(await screen.findByText("…1234")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Apagar Chave da OpenAI" }));
    expect(screen.getByText("Será apagada ao salvar")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Manter Chave da OpenAI" }));
    expect(screen.queryByRole("button", { name: "Salvar" })).not.toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Apagar Chave da OpenAI" }));
    await user.click(screen.getByRole("button", { name: "Salvar" }));

    await waitFor(() => expect(sent).toEqual([{ openai_key: null }]));
    expect(await screen.findByLabelText("Chave da OpenAI")).toHaveValue("");
  });

  test("a gestor finds what is shared between empresas closed, with the reason", async () => {
    signedIn(GESTOR);
    playEmpresa();
    renderApp(`${HOME}/integracoes`);

    const number = await screen.findByLabelText("Número");
    expect(number).toBeDisabled();
    expect(number).toHaveAccessibleDescription(/Definido pela administração do sistema/);
    expect(screen.getByLabelText("Account SID")).toBeEnabled();
  });

  test("an atendente is told whom the screen is for", async () => {
    signedIn({ ...GESTOR, papel: "atendente" });
    playEmpresa();
    renderApp(HOME);

    expect(await screen.findByText("Esta tela é só para gestores")).toBeVisible();
  });

  test("the big switch pauses at once", async () => {
    signedIn(GESTOR);
    playEmpresa();
    const sent: unknown[] = [];
    server.use(
      http.patch("/api/empresas/pancia-piena", async ({ request }) => {
        sent.push(await request.json());
        playEmpresa(makeEmpresa({ status: "pausado" }));
        return HttpResponse.json(makeEmpresa({ status: "pausado" }));
      }),
    );
    const { user } = renderApp(`${HOME}/geral`);

    await user.click(await screen.findByRole("switch", { name: "Pausar o bot" }));

    expect(await screen.findByRole("switch", { name: "Bot pausado" })).toBeChecked();
    expect(sent).toEqual([{ status: "pausado" }]);
  });

  test("a link is held until the person decides about what is not saved", async () => {
    signedIn();
    playEmpresa();
    const { user } = renderApp(`${HOME}/geral`);
    await user.type(await screen.findByLabelText("Nome"), " do Centro");

    await user.click(screen.getByRole("link", { name: "Avançado" }));
    await user.click(within(await screen.findByRole("alertdialog")).getByRole("button", { name: "Continuar editando" }));
    expect(window.location.hash).toBe(`#${HOME}/geral`);
    expect(screen.getByLabelText("Nome")).toHaveValue("Pancia Piena do Centro");

    await user.click(screen.getByRole("link", { name: "Avançado" }));
    await user.click(within(await screen.findByRole("alertdialog")).getByRole("button", { name: "Sair sem salvar" }));
    expect(await screen.findByRole("switch", { name: "Juntar mensagens seguidas" })).toBeVisible();
  });
});

describe("hours", () => {
  test("a day opens with the hours of the others and takes a second shift", async () => {
    signedIn();
    const closed = { seg: [], ter: [], qua: [], qui: [], sex: [], sab: [], dom: [] };
    playEmpresa(makeEmpresa({ horarios: { ...closed, ter: [["18:00", "23:00"]] } }));
    const sent: unknown[] = [];
    server.use(
      http.get("/api/empresas/pancia-piena/dias", () => HttpResponse.json(page([]))),
      http.patch("/api/empresas/pancia-piena", async ({ request }) => {
        sent.push(await request.json());
        return HttpResponse.json(makeEmpresa());
      }),
    );
    const { user } = renderApp(`${HOME}/horarios`);

    await user.click(await screen.findByRole("switch", { name: "Quarta: aberto" }));
    const end = screen.getByLabelText("Quarta: fecha às (1)");
    await user.clear(end);
    await user.type(end, "1h");
    await user.tab();
    expect(end).toHaveValue("01:00");
    expect(screen.getByText("fecha no dia seguinte")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Salvar" }));

    await waitFor(() => expect(sent).toEqual([{ horarios: { ...closed, ter: [["18:00", "23:00"]], qua: [["18:00", "01:00"]] } }]));
  });
});

describe("prompt", () => {
  test("an error in publishing keeps the text; a version is read as a difference, as text", async () => {
    signedIn();
    playEmpresa(makeEmpresa({ prompt: "Seja breve.", prompt_versao: 1 }));
    const version = { numero: 1, texto: "Seja breve.", nota: null, autor: "dona@exemplo.com.br", created_at: AT, atual: true };
    server.use(
      http.get("/api/empresas/pancia-piena/fatos", () => HttpResponse.json(page([]))),
      http.get("/api/empresas/pancia-piena/prompts", () => HttpResponse.json(page([version]))),
      http.get("/api/empresas/pancia-piena/prompts/1/diferenca", () =>
        HttpResponse.json({
          de: 0,
          para: 1,
          linhas: [
            { tipo: "removida", texto: "Fale muito." },
            { tipo: "adicionada", texto: "<b>Seja breve.</b>" },
          ],
        }),
      ),
      http.post("/api/empresas/pancia-piena/prompts", () =>
        HttpResponse.json({ detail: "O serviço está indisponível.", code: "indisponivel" }, { status: 503 }),
      ),
    );
    const { user } = renderApp(`${HOME}/prompt`);

    const editor = await screen.findByLabelText("Como o atendente deve falar e agir");
    await user.type(editor, " Sem gírias.");
    await user.click(screen.getByRole("button", { name: "Publicar" }));
    expect(await screen.findByText("O serviço está indisponível.")).toBeVisible();
    expect(editor).toHaveValue("Seja breve. Sem gírias.");

    await user.click(screen.getByRole("button", { name: "Ver o que mudou na versão 1" }));
    const dialog = await screen.findByRole("dialog", { name: "Versão 1" });
    expect(await within(dialog).findByText("<b>Seja breve.</b>")).toBeVisible();
    expect(within(dialog).getByText(/1 linha adicionada, 1 linha removida/)).toBeVisible();
  });
});
