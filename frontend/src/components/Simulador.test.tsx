import { screen, waitFor, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { beforeEach, describe, expect, test } from "vitest";
import type { Inbound, SimulatedMessage } from "../services/simulador";
import { makeBufferItem, makeConversa, makeMensagem, makeReply, page } from "../test/factories";
import { renderApp, signedIn } from "../test/renderApp";
import { server } from "../test/server";

const received: Inbound[] = [];
let chat: SimulatedMessage[] = [];

beforeEach(() => {
  received.length = 0;
  chat = [];
  signedIn();
  server.use(
    http.post<never, Inbound>("/api/simulador/twilio/inbound", async ({ request }) => {
      const inbound = await request.json();
      received.push(inbound);
      const sid = inbound.message_sid ?? "";
      if (!chat.some((message) => message.sid === sid)) {
        chat.push({ sid, direction: "inbound", body: inbound.body ?? "", status: "received", date_created: "", created_at: 1, media: [] });
      }
      return HttpResponse.json({ message_sid: sid, status_code: 200, attempts: 1, error: null });
    }),
    http.get("/api/simulador/twilio/messages", () => HttpResponse.json(chat)),
    http.get("/api/simulador/faults", () => HttpResponse.json([])),
    http.get("/api/buffer", () => HttpResponse.json(page([]))),
    http.get("/api/empresas/pancia-piena/conversas", () => HttpResponse.json(page([]))),
  );
});

const phone = () => screen.findByRole("region", { name: "Celular do cliente, conversa com Pancia Piena" });

describe("simulator", () => {
  test("sends quick texts in order, each with its own MessageSid, to the empresa's webhook", async () => {
    const { user } = renderApp("/admin/simulador");
    const field = within(await phone()).getByRole("textbox", { name: "Mensagem" });

    await user.type(field, "Oi{Enter}Queria uma mesa{Enter}Para quatro{Enter}");

    await waitFor(() => expect(received).toHaveLength(3));
    expect(received.map(({ body }) => body)).toEqual(["Oi", "Queria uma mesa", "Para quatro"]);
    expect(new Set(received.map(({ message_sid }) => message_sid)).size).toBe(3);
    expect(received[0]).toMatchObject({
      webhook_url: "http://localhost:8001/webhook/pancia-piena#rc=5&rp=all",
      from: "whatsapp:+5511988887777",
      to: "whatsapp:+551140000007",
      profile_name: "Ana Lima",
    });
    expect(received[0]?.message_sid).toMatch(/^SM[0-9a-f]{32}$/);
    expect(field).toHaveValue("");
    expect(await screen.findByText(/3 mensagens guardadas/)).toBeVisible();
  });

  test("repeats the last message under the same MessageSid", async () => {
    const { user } = renderApp("/admin/simulador");
    await user.type(within(await phone()).getByRole("textbox", { name: "Mensagem" }), "Oi{Enter}");
    await waitFor(() => expect(received).toHaveLength(1));

    await user.click(screen.getByRole("button", { name: "Anexar e outras ações" }));
    await user.click(await screen.findByRole("menuitem", { name: /Repetir a última mensagem/ }));

    await waitFor(() => expect(received).toHaveLength(2));
    expect(received[1]?.message_sid).toBe(received[0]?.message_sid);
    expect(within(await phone()).getAllByText("Oi")).toHaveLength(1);
  });

  test("sends a real audio with what is said in it", async () => {
    const { user } = renderApp("/admin/simulador");
    await user.click(within(await phone()).getByRole("button", { name: "Enviar áudio" }));
    const said = await screen.findByRole("textbox", { name: "O que é dito no áudio" });
    await user.clear(said);
    await user.type(said, "Tem mesa?");
    await user.click(screen.getByRole("button", { name: "Enviar áudio de exemplo" }));

    await waitFor(() => expect(received).toHaveLength(1));
    const media = received[0]?.media?.[0];
    expect(media).toMatchObject({ content_type: "audio/wav", spoken_text: "Tem mesa?" });
    expect(atob(media?.base64 ?? "").slice(0, 12)).toMatch(/^RIFF.{4}WAVE$/s);
    expect(received[0]?.message_sid).toMatch(/^MM/);
  });

  test("shows the countdown, then the reply, and says that the model is simulated", async () => {
    let item: ReturnType<typeof makeBufferItem> | null = makeBufferItem();
    const question = makeMensagem({ texto: "Tem mesa?", turno_id: null });
    const mensagens = [question];
    server.use(
      http.get("/api/buffer", () => HttpResponse.json(page(item ? [item] : []))),
      http.get("/api/empresas/pancia-piena/conversas", () => HttpResponse.json(page([makeConversa()]))),
      http.get("/api/empresas/pancia-piena/conversas/41", () =>
        HttpResponse.json({ ...makeConversa(), janela_expira_em: null, mensagens, next_cursor: null }),
      ),
    );
    renderApp("/admin/simulador");

    const machine = await screen.findByRole("region", { name: "Caminho da mensagem" });
    expect(await within(machine).findByRole("timer")).toHaveTextContent(/\d+ s/);
    expect(within(machine).getByText("modelo simulado")).toBeVisible();

    item = null;
    question.turno_id = 8;
    mensagens.push(makeReply({ texto: "Temos, sim!", turno_id: 8 }));
    chat.push({ sid: "SM9", direction: "outbound", body: "Temos, sim!", status: "delivered", date_created: "", created_at: 2, media: [] });

    expect(await within(await phone()).findByText("Temos, sim!", undefined, { timeout: 4_000 })).toBeVisible();
    expect(await within(machine).findByText(/1 parte enviada/, undefined, { timeout: 4_000 })).toBeVisible();
    expect(within(machine).getByRole("link", { name: "Ver a conversa no painel" })).toHaveAttribute(
      "href",
      "#/admin/pancia-piena/conversas/41",
    );
  });

  test("a webhook that refuses is shown on the message itself", async () => {
    server.use(
      http.post("/api/simulador/twilio/inbound", () => HttpResponse.json({ message_sid: "SM1", status_code: 403, attempts: 1 })),
    );
    const { user } = renderApp("/admin/simulador");
    await user.type(within(await phone()).getByRole("textbox", { name: "Mensagem" }), "Oi{Enter}");

    expect(await within(await phone()).findByText("O webhook recusou a assinatura (403).")).toBeVisible();
  });
});
