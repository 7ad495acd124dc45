import { screen, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { describe, expect, test } from "vitest";
import { makeConversa, makeMensagem, makeReply, page } from "../test/factories";
import { renderApp, signedIn, TOKEN } from "../test/renderApp";
import { server } from "../test/server";
import type { Mensagem } from "../services/types";

function playConversa(mensagens: Mensagem[]) {
  signedIn();
  server.use(
    http.get("/api/empresas/pancia-piena/conversas", () => HttpResponse.json(page([makeConversa()]))),
    http.get("/api/empresas/pancia-piena/conversas/41", () =>
      HttpResponse.json({ ...makeConversa(), janela_expira_em: null, mensagens, next_cursor: null }),
    ),
  );
}

const open = async () => {
  const view = renderApp("/admin/pancia-piena/conversas/41");
  return { ...view, thread: await screen.findByRole("region", { name: "Conversa com Ana Lima" }) };
};

describe("conversation", () => {
  test("a bracket joins the texts that became one question", async () => {
    playConversa([
      makeMensagem({ texto: "Oi", turno_id: 9 }),
      makeMensagem({ texto: "Queria uma mesa", turno_id: 9 }),
      makeReply({ texto: "Para quantas pessoas?", turno_id: 9, status: "read" }),
    ]);
    const { thread } = await open();

    expect(within(thread).getByText("2 mensagens lidas como uma pergunta")).toBeVisible();
    expect(within(thread).getByText("Lida")).toBeInTheDocument();
  });

  test("what a customer typed stays text", async () => {
    const attack = "<img src=x onerror=alert(1)><script>alert(2)</script>";
    playConversa([makeMensagem({ texto: attack })]);
    const { thread } = await open();

    expect(within(thread).getByText(attack)).toBeVisible();
    expect(document.querySelector("script, img[src='x']")).toBeNull();
  });

  test("a voice note shows its transcript, and the file is fetched with the header, not by address", async () => {
    const seen: { url: string; authorization: string | null }[] = [];
    playConversa([
      makeMensagem({
        tipo: "audio",
        texto: "",
        transcricao: "Tem mesa para quatro?",
        transcricao_estado: "pronta",
        midias: [{ id: "m-1", content_type: "audio/ogg", tamanho: 10, nome: null, estado: "pronta" }],
      }),
    ]);
    server.use(
      http.get("/api/midias/:id", ({ request }) => {
        seen.push({ url: request.url, authorization: request.headers.get("authorization") });
        return new HttpResponse(new Uint8Array([1]), { headers: { "content-type": "audio/ogg" } });
      }),
    );
    const { thread } = await open();

    expect(within(thread).getByText("Tem mesa para quatro?")).toBeVisible();
    expect(await within(thread).findByRole("button", { name: "Ouvir mensagem de voz" })).toBeVisible();
    expect(seen).toHaveLength(1);
    expect(seen[0]?.authorization).toBe(`Bearer ${TOKEN}`);
    expect(seen[0]?.url).not.toContain(TOKEN);
  });

  test("says why a message was not answered and what failed on the way", async () => {
    playConversa([
      makeMensagem({ texto: "Oi?", destino: "nao_responder", motivo: "empresa inativa" }),
      makeReply({ texto: "Olá!", status: "failed", erro: "Fora da janela de 24 horas." }),
    ]);
    const { thread } = await open();

    expect(within(thread).getByText("Não respondida: empresa inativa")).toBeVisible();
    expect(within(thread).getByText("Falhou")).toBeVisible();
    expect(within(thread).getByText("Fora da janela de 24 horas.")).toBeVisible();
  });

  test("somebody else's conversation is explained, not blank", async () => {
    signedIn();
    server.use(
      http.get("/api/empresas/pancia-piena/conversas", () => HttpResponse.json(page([]))),
      http.get("/api/empresas/pancia-piena/conversas/41", () =>
        HttpResponse.json({ detail: "Não encontramos esta conversa.", code: "nao_encontrado" }, { status: 404 }),
      ),
    );
    renderApp("/admin/pancia-piena/conversas/41");

    expect(await screen.findByText("Não encontramos esta conversa.")).toBeVisible();
    expect(screen.queryByRole("button", { name: "Tentar de novo" })).toBeNull();
  });
});
