import { delay, http as mock, HttpResponse } from "msw";
import { describe, expect, test, vi } from "vitest";
import { server } from "../test/server";
import { get, getBlob, post, setAccessToken, setSessionOverHandler } from "./api";
import { ApiError } from "./errors";

const expired = () => HttpResponse.json({ detail: "Sessão expirada.", code: "nao_autenticado" }, { status: 401 });
const granted = (token: string) => HttpResponse.json({ access_token: token, token_type: "bearer", expires_in: 1800 });

async function failureOf(attempt: Promise<unknown>): Promise<ApiError> {
  const error: unknown = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ApiError)) throw new Error("expected an ApiError");
  return error;
}

describe("session renewal", () => {
  test("requests that fail together share one renewal and are then repeated", async () => {
    let renewals = 0;
    server.use(
      mock.post("/api/refresh", async () => {
        renewals += 1;
        await delay(30);
        return granted("new");
      }),
      mock.get("/api/metricas", ({ request }) =>
        request.headers.get("authorization") === "Bearer new" ? HttpResponse.json({ ok: true }) : expired(),
      ),
      mock.get("/api/buffer", ({ request }) =>
        request.headers.get("authorization") === "Bearer new" ? HttpResponse.json({ ok: true }) : expired(),
      ),
    );
    setAccessToken("old");

    const answers = await Promise.all([get("/api/metricas"), get("/api/buffer"), get("/api/metricas")]);

    expect(answers).toEqual([{ ok: true }, { ok: true }, { ok: true }]);
    expect(renewals).toBe(1);
  });

  test("a second 401 is an answer: nothing loops", async () => {
    let asked = 0;
    server.use(
      mock.post("/api/refresh", () => granted("new")),
      mock.get("/api/metricas", () => {
        asked += 1;
        return expired();
      }),
    );

    const error = await failureOf(get("/api/metricas"));

    expect(error.status).toBe(401);
    expect(asked).toBe(2);
  });

  test("a refused renewal ends the session", async () => {
    const over = vi.fn();
    setSessionOverHandler(over);
    server.use(mock.post("/api/refresh", expired), mock.get("/api/metricas", expired));

    const error = await failureOf(get("/api/metricas"));

    expect(error.code).toBe("nao_autenticado");
    expect(over).toHaveBeenCalledOnce();
    setSessionOverHandler(() => undefined);
  });

  test("a server that cannot be reached during renewal does not end the session", async () => {
    const over = vi.fn();
    setSessionOverHandler(over);
    server.use(
      mock.post("/api/refresh", () => HttpResponse.error()),
      mock.get("/api/metricas", expired),
    );

    const error = await failureOf(get("/api/metricas"));

    expect(error.code).toBe("sem_conexao");
    expect(over).not.toHaveBeenCalled();
    setSessionOverHandler(() => undefined);
  });

  test("the token travels in the header and never in an address", async () => {
    const addresses: string[] = [];
    server.use(
      mock.get("/api/logs", ({ request }) => {
        addresses.push(request.url);
        return HttpResponse.json({ seen: request.headers.get("authorization") });
      }),
    );
    setAccessToken("segredo");

    expect(await get("/api/logs", { nivel: "ERROR" })).toEqual({ seen: "Bearer segredo" });
    expect(addresses.join()).not.toContain("segredo");
  });
});

describe("errors", () => {
  test("keeps what the API says, field by field", async () => {
    server.use(
      mock.post("/api/me/senha", () =>
        HttpResponse.json(
          {
            detail: "Confira os dados.",
            code: "dados_invalidos",
            errors: [{ campo: "senha_nova", mensagem: "Use outra senha." }, "lixo"],
          },
          { status: 422 },
        ),
      ),
    );

    const error = await failureOf(post("/api/me/senha", {}));

    expect(error).toMatchObject({ status: 422, code: "dados_invalidos", detail: "Confira os dados." });
    expect(error.field("senha_nova")).toBe("Use outra senha.");
    expect(error.errors).toHaveLength(1);
  });

  test("says a sentence when the answer is not the API's", async () => {
    server.use(mock.get("/api/logs", () => new HttpResponse("<html>Bad gateway</html>", { status: 502 })));

    const error = await failureOf(get("/api/logs"));

    expect(error).toMatchObject({ status: 502, code: "indisponivel" });
    expect(error.detail).toContain("servidor");
  });

  test("tells a lost connection from an answer", async () => {
    server.use(mock.get("/api/logs", () => HttpResponse.error()));

    expect(await failureOf(get("/api/logs"))).toMatchObject({ status: 0, code: "sem_conexao" });
  });

  test("reads the error of a file download", async () => {
    server.use(
      mock.get("/api/midias/:id", () =>
        HttpResponse.json({ detail: "Este arquivo não existe.", code: "nao_encontrado" }, { status: 404 }),
      ),
    );

    expect(await failureOf(getBlob("/api/midias/x"))).toMatchObject({ status: 404, detail: "Este arquivo não existe." });
  });
});
