import { act, screen, waitFor, within } from "@testing-library/react";
import { delay, http, HttpResponse } from "msw";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { makeBufferItem, makeMe, page } from "../test/factories";
import { renderApp, signedIn } from "../test/renderApp";
import { server } from "../test/server";

describe("buffer", () => {
  beforeEach(() => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test("counts down to the reply", async () => {
    signedIn();
    const item = makeBufferItem();
    server.use(http.get("/api/buffer", () => HttpResponse.json(page([item]))));
    renderApp("/admin/buffer");

    const row = await screen.findByRole("article", { name: "Ana Lima, Pancia Piena" });
    expect(within(row).getByText("Tem mesa?")).toBeVisible();
    const before = Number.parseInt(within(row).getByRole("timer").textContent, 10);
    await act(() => vi.advanceTimersByTimeAsync(3_000));
    const after = Number.parseInt(within(row).getByRole("timer").textContent, 10);

    expect(before - after).toBeGreaterThanOrEqual(2);
    expect(before - after).toBeLessThanOrEqual(4);
  });

  test("a double click on 'Processar agora' sends one request", async () => {
    signedIn();
    let forced = 0;
    server.use(
      http.get("/api/buffer", () => HttpResponse.json(page([makeBufferItem()]))),
      http.post("/api/buffer/41/processar", async () => {
        forced += 1;
        await delay(50);
        return HttpResponse.json({ id: 41, estado: "processando" }, { status: 202 });
      }),
    );
    renderApp("/admin/buffer");
    const button = await screen.findByRole("button", { name: /^Processar agora.*Ana Lima$/ });

    act(() => {
      button.click();
      button.click();
    });

    expect(await screen.findByText("Processando agora: a resposta já vai sair.")).toBeVisible();
    expect(forced).toBe(1);
  });

  test("a conversation answered meanwhile is not an error", async () => {
    signedIn();
    server.use(
      http.get("/api/buffer", () => HttpResponse.json(page([makeBufferItem()]))),
      http.post("/api/buffer/41/processar", () =>
        HttpResponse.json({ detail: "Não há nada esperando.", code: "nao_encontrado" }, { status: 404 }),
      ),
    );
    renderApp("/admin/buffer");

    (await screen.findByRole("button", { name: /Processar agora/ })).click();

    expect(await screen.findByText("Esta conversa já tinha sido processada.")).toBeVisible();
  });

  test("says what each state is and offers a retry only where one helps", async () => {
    signedIn();
    server.use(
      http.get("/api/buffer", () =>
        HttpResponse.json(
          page([
            makeBufferItem({ id: 1, estado: "processando", vence_em: null, cliente: { id: 1, nome: "Bruno" } }),
            makeBufferItem({ id: 2, estado: "parado", vence_em: null, cliente: { id: 2, nome: "Carla" } }),
          ]),
        ),
      ),
    );
    renderApp("/admin/buffer");

    const running = await screen.findByRole("article", { name: /Bruno/ });
    expect(within(running).getByText("Processando")).toBeVisible();
    expect(within(running).queryByRole("button")).toBeNull();
    const stopped = screen.getByRole("article", { name: /Carla/ });
    expect(within(stopped).getByRole("button", { name: /Tentar de novo/ })).toBeVisible();
    expect(screen.getByText("1 em processamento, 1 parada")).toBeVisible();
  });

  test("an empty buffer teaches, and only offers the simulator to whom may use it", async () => {
    signedIn(makeMe({ is_superuser: false, papel: "atendente", empresa: { slug: "pancia-piena", nome: "Pancia Piena" } }));
    server.use(http.get("/api/buffer", () => HttpResponse.json(page([]))));
    renderApp("/admin/buffer");

    expect(await screen.findByText("Nenhuma conversa esperando")).toBeVisible();
    await waitFor(() => expect(screen.queryByRole("link", { name: "Abrir o Simulador" })).toBeNull());
  });
});
