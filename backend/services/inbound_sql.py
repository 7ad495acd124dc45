"""The statements that store a batch of customers' messages, each the same text for a batch of any size.

Arrays go in as parameters and become rows with `unnest`: a list of any length spelled out in the statement would be
compiled here, and prepared and planned there, once for every size of batch. Only `services/inbound.py` uses these.
"""

from sqlalchemy import text

KNOWN = text("""
SELECT m.empresa_id, m.message_sid
FROM unnest(CAST(:empresas AS integer[]), CAST(:sids AS text[])) AS k (empresa_id, sid)
JOIN mensagens m ON m.empresa_id = k.empresa_id AND m.message_sid = k.sid
""")

LOCK_CONVERSAS = text("""
SELECT c.id, c.empresa_id, c.endereco, c.cliente_id, c.atendido_por
FROM unnest(CAST(:empresas AS integer[]), CAST(:enderecos AS text[])) AS k (empresa_id, endereco)
JOIN conversas c ON c.empresa_id = k.empresa_id AND c.endereco = k.endereco
ORDER BY c.id
FOR UPDATE OF c
""")

OPEN_CLIENTES = text("""
INSERT INTO clientes (empresa_id, nome, telefone, ultima_atividade_em)
SELECT k.empresa_id, k.nome, k.telefone, CAST(:now AS timestamptz)
FROM unnest(CAST(:empresas AS integer[]), CAST(:nomes AS text[]), CAST(:telefones AS text[]))
    WITH ORDINALITY AS k (empresa_id, nome, telefone, place)
ORDER BY k.place
ON CONFLICT (empresa_id, telefone)
    DO UPDATE SET ultima_atividade_em = greatest(clientes.ultima_atividade_em, excluded.ultima_atividade_em)
RETURNING id, empresa_id, telefone
""")

OPEN_CONVERSAS = text("""
INSERT INTO conversas (empresa_id, cliente_id, endereco, numero, ultima_atividade_em)
SELECT k.empresa_id, k.cliente_id, k.endereco, k.numero, CAST(:now AS timestamptz)
FROM unnest(
    CAST(:empresas AS integer[]), CAST(:clientes AS bigint[]), CAST(:enderecos AS text[]), CAST(:numeros AS text[])
) WITH ORDINALITY AS k (empresa_id, cliente_id, endereco, numero, place)
ORDER BY k.place
ON CONFLICT (empresa_id, endereco) DO NOTHING
""")

# People are locked in id order: two processes may hold different conversations of the same people.
TOUCH = text("""
WITH seen AS (
    SELECT * FROM unnest(CAST(:conversas AS bigint[]), CAST(:numeros AS text[])) AS k (id, numero)
), people AS (
    SELECT p.id, k.nome
    FROM unnest(CAST(:clientes AS bigint[]), CAST(:nomes AS text[])) AS k (id, nome)
    JOIN clientes p ON p.id = k.id
    ORDER BY p.id
    FOR NO KEY UPDATE OF p
), touched_conversas AS (
    UPDATE conversas c
    SET numero = seen.numero,
        ultima_entrada_em = greatest(c.ultima_entrada_em, CAST(:now AS timestamptz)),
        ultima_atividade_em = greatest(c.ultima_atividade_em, CAST(:now AS timestamptz))
    FROM seen WHERE c.id = seen.id
), touched_people AS (
    UPDATE clientes p
    SET nome = coalesce(people.nome, p.nome),
        ultima_atividade_em = greatest(p.ultima_atividade_em, CAST(:now AS timestamptz))
    FROM people WHERE p.id = people.id
)
UPDATE atendimentos a
SET ultima_atividade_em = greatest(a.ultima_atividade_em, CAST(:now AS timestamptz))
FROM seen
WHERE a.conversa_id = seen.id AND a.encerrado_em IS NULL AND a.ultima_atividade_em > CAST(:silent_since AS timestamptz)
RETURNING a.id, a.conversa_id
""")

CLOSE_SILENT = text("""
UPDATE atendimentos
SET encerrado_em = ultima_atividade_em + CAST(:silence AS interval), motivo_encerramento = 'silencio'
WHERE conversa_id = ANY(CAST(:conversas AS bigint[])) AND encerrado_em IS NULL
""")

OPEN_ATENDIMENTOS = text("""
INSERT INTO atendimentos (empresa_id, conversa_id, cliente_id, aberto_em, ultima_atividade_em)
SELECT k.empresa_id, k.conversa_id, k.cliente_id, CAST(:now AS timestamptz), CAST(:now AS timestamptz)
FROM unnest(CAST(:empresas AS integer[]), CAST(:conversas AS bigint[]), CAST(:clientes AS bigint[]))
    AS k (empresa_id, conversa_id, cliente_id)
RETURNING id, conversa_id
""")

# Ids are given in arrival order. The log of the panel is written beside the message it reports on.
STORE = text("""
WITH arrived AS (
    SELECT * FROM unnest(
        CAST(:empresas AS integer[]), CAST(:conversas AS bigint[]), CAST(:atendimentos AS bigint[]),
        CAST(:sids AS text[]), CAST(:tipos AS text[]), CAST(:textos AS text[]), CAST(:dados AS text[]),
        CAST(:motivos AS text[]), CAST(:instantes AS timestamptz[]), CAST(:requests AS text[]),
        CAST(:codes AS text[]), CAST(:frases AS text[])
    ) WITH ORDINALITY AS k (
        empresa_id, conversa_id, atendimento_id, sid, tipo, texto, dados, motivo, created_at, request_id, code, frase,
        place
    )
), stored AS (
    INSERT INTO mensagens (
        empresa_id, conversa_id, atendimento_id, direcao, autor, tipo, texto, transcricao_estado, dados, message_sid,
        destino, motivo, created_at
    )
    SELECT empresa_id, conversa_id, atendimento_id, 'entrada', 'cliente', tipo, texto,
        CASE WHEN tipo = 'audio' THEN 'pendente' END, CAST(dados AS jsonb), sid,
        CASE WHEN motivo IS NULL THEN 'responder' ELSE 'nao_responder' END, motivo, created_at
    FROM arrived ORDER BY place
    ON CONFLICT (empresa_id, message_sid) DO NOTHING
    RETURNING id, empresa_id, message_sid
), logged AS (
    INSERT INTO logs (nivel, code, mensagem, empresa_id, request_id, dados)
    SELECT 'INFO', k.code, k.frase, k.empresa_id, k.request_id,
        jsonb_build_object('conversa_id', k.conversa_id, 'mensagem_id', s.id, 'tipo', k.tipo)
    FROM stored s JOIN arrived k ON k.empresa_id = s.empresa_id AND k.sid = s.message_sid
    ORDER BY k.place
)
SELECT id, empresa_id, message_sid FROM stored
""")
