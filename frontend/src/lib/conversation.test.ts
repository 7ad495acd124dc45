import { describe, expect, test } from "vitest";
import { makeMensagem, makeReply } from "../test/factories";
import { groupByDay, inOrder, placeOf, summaryOf } from "./conversation";

describe("grouping a conversation", () => {
  test("texts answered as one question share a bracket, and the reply does not", () => {
    const texts = ["Oi", "Queria uma mesa", "Para quatro"].map((texto) => makeMensagem({ texto, turno_id: 5 }));
    const reply = makeReply({ turno_id: 5 });

    const [day] = groupByDay([...texts, reply]);

    expect(day?.groups).toHaveLength(2);
    expect(day?.groups[0]).toMatchObject({ joined: true, direcao: "entrada" });
    expect(day?.groups[0]?.mensagens).toHaveLength(3);
    expect(day?.groups[1]?.joined).toBe(false);
  });

  test("the bubbles of a reply in parts stay together without a bracket", () => {
    const [day] = groupByDay([makeReply({ turno_id: 5 }), makeReply({ turno_id: 5 })]);

    expect(day?.groups).toHaveLength(1);
    expect(day?.groups[0]?.joined).toBe(false);
  });

  test("neighbours of different turns, and texts in no turn, are not joined", () => {
    const [day] = groupByDay([
      makeMensagem({ turno_id: 5 }),
      makeMensagem({ turno_id: 6 }),
      makeMensagem({ turno_id: null }),
      makeMensagem({ turno_id: null }),
    ]);

    expect(day?.groups).toHaveLength(4);
    expect(day?.groups.some(({ joined }) => joined)).toBe(false);
  });

  test("a new local day starts a new block", () => {
    const days = groupByDay([
      makeMensagem({ created_at: new Date(2026, 10, 22, 23, 59).toISOString() }),
      makeMensagem({ created_at: new Date(2026, 10, 23, 0, 1).toISOString() }),
    ]);

    expect(days).toHaveLength(2);
  });

  test("pages come newest first and a message seen twice counts once", () => {
    const [a, b, c] = [makeMensagem(), makeMensagem(), makeMensagem()];

    expect(inOrder([{ mensagens: [b, c] }, { mensagens: [a, b] }]).map(({ id }) => id)).toEqual([a.id, b.id, c.id]);
  });
});

describe("what a list says of a message", () => {
  test("a text says itself, the rest says its kind", () => {
    expect(summaryOf({ tipo: "texto", texto: "Oi" })).toBe("Oi");
    expect(summaryOf({ tipo: "audio", texto: "" })).toBe("Áudio");
    expect(summaryOf({ tipo: "imagem", texto: "O bolo" })).toBe("Imagem: O bolo");
  });

  test("a location is read only when both coordinates are numbers", () => {
    expect(placeOf({ latitude: "-23.5", longitude: -46.6, rotulo: "Aqui" })).toEqual({
      latitude: -23.5,
      longitude: -46.6,
      label: "Aqui",
    });
    expect(placeOf({ latitude: -23.5 })).toBeNull();
    expect(placeOf({ latitude: "javascript:alert(1)", longitude: 1 })).toBeNull();
  });
});
