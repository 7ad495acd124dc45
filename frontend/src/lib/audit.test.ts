import { describe, expect, test } from "vitest";
import { actText, changesOf, targetText } from "./audit";

describe("audit", () => {
  test("a change is told from what to what, in the words of the screen", () => {
    expect(
      changesOf({
        mudancas: {
          status: { de: "ativo", para: "pausado" },
          prompt_versao: { de: 3, para: 4 },
          taxa_entrega_centavos: { de: 0, para: 850 },
          usar_buffer: { de: true, para: false },
          mensagem_falha: { de: "Oi", para: null },
        },
      }),
    ).toEqual([
      { field: "versão do prompt", from: "3", to: "4" },
      { field: "situação", from: "ativo", to: "pausado" },
      { field: "taxa de entrega", from: "R$ 0,00", to: "R$ 8,50" },
      { field: "juntar mensagens", from: "sim", to: "não" },
      { field: "frase de falha", from: "Oi", to: "vazio" },
    ]);
  });

  test("a prompt is told by its version, and first", () => {
    const mudancas = { nota: { de: null, para: "Sobremesa" }, prompt: { de: "(10 caracteres)", para: "(12 caracteres)" }, prompt_versao: { de: 0, para: 1 } };
    expect(changesOf({ mudancas })).toEqual([
      { field: "versão do prompt", from: "nenhuma", to: "1" },
      { field: "nota", from: null, to: "Sobremesa" },
    ]);
  });

  test("of a secret only that it was set", () => {
    expect(changesOf({ mudancas: { openai_key: { para: "definida" } } })).toEqual([
      { field: "chave da OpenAI", from: null, to: "definida" },
    ]);
  });

  test("hours are told as hours", () => {
    const [change] = changesOf({
      mudancas: { horarios: { de: null, para: { seg: [["18:00", "23:30"]], dom: [["12:00", "16:00"], ["19:00", "00:30"]] } } },
    });
    expect(change?.to).toBe("segunda 18:00 às 23:30; domingo 12:00 às 16:00 e 19:00 às 00:30 do dia seguinte");
  });

  test("an act this panel does not know yet is still readable", () => {
    expect(actText({ acao: "nota_criada" })).toBe("nota criada");
    expect(changesOf({ mudancas: { campo_novo: 7 } })).toEqual([{ field: "campo novo", from: null, to: "7" }]);
  });

  test("a special day is named by its date", () => {
    expect(targetText({ alvo_tipo: "dia", alvo_id: "2026-12-25", alvo_nome: null })).toBe("Sexta-feira, 25 de dezembro");
    expect(targetText({ alvo_tipo: "usuario", alvo_id: "3", alvo_nome: null })).toBeNull();
  });

  test("an account is named by its e-mail, and a deletion tells what there was", () => {
    expect(targetText({ alvo_tipo: "usuario", alvo_id: "3", alvo_nome: "ana@exemplo.com.br" })).toBe("ana@exemplo.com.br");
    expect(changesOf({ mudancas: { papel: { de: "gestor" }, ativo: { de: true } } })).toEqual([
      { field: "papel", from: null, to: "gestor" },
      { field: "acesso", from: null, to: "ativo" },
    ]);
  });
});
