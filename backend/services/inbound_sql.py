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
SELECT c.id, c.empresa_id, c.endereco, c.cliente_id
FROM unnest(CAST(:empresas AS integer[]), CAST(:enderecos AS text[])) AS k (empresa_id, endereco)
JOIN conversas c ON c.empresa_id = k.empresa_id AND c.endereco = k.endereco
ORDER BY c.id
FOR NO KEY UPDATE OF c
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

IN_SESSION = text("""
SELECT conversa_id FROM atendimentos
WHERE conversa_id = ANY(CAST(:conversas AS bigint[])) AND encerrado_em IS NULL
    AND ultima_atividade_em > CAST(:silent_since AS timestamptz)
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

# The whole of it, for new messages whose conversation has an open service session; answers those it stored.
# Conversations are locked in id order, people too (two processes may hold different conversations of the same people),
# and every lock is taken before the first id is given, so that arrival order is id order. A session that was closed, or
# a person who took over, while this waited for a lock is seen as it is now: locked rows are read again.
STORE = text("""
WITH arrived AS (
    SELECT * FROM unnest(
        CAST(:empresas AS integer[]), CAST(:enderecos AS text[]), CAST(:numeros AS text[]), CAST(:nomes AS text[]),
        CAST(:sids AS text[]), CAST(:tipos AS text[]), CAST(:textos AS text[]), CAST(:dados AS text[]),
        CAST(:motivos AS text[]), CAST(:instantes AS timestamptz[]), CAST(:requests AS text[])
    ) WITH ORDINALITY AS k (
        empresa_id, endereco, numero, nome, sid, tipo, texto, dados, motivo, created_at, request_id, place
    )
    WHERE NOT EXISTS (SELECT FROM mensagens m WHERE m.empresa_id = k.empresa_id AND m.message_sid = k.sid)
), latest AS (
    SELECT DISTINCT ON (empresa_id, endereco) empresa_id, endereco, numero, nome
    FROM arrived ORDER BY empresa_id, endereco, place DESC
), locked AS (
    SELECT c.id, c.empresa_id, c.endereco, c.cliente_id, c.atendido_por, c.silenciada_em, latest.numero, latest.nome
    FROM latest JOIN conversas c ON c.empresa_id = latest.empresa_id AND c.endereco = latest.endereco
    ORDER BY c.id
    FOR NO KEY UPDATE OF c
), sessions AS (
    UPDATE atendimentos a
    SET ultima_atividade_em = greatest(a.ultima_atividade_em, CAST(:now AS timestamptz))
    FROM locked
    WHERE a.conversa_id = locked.id AND a.encerrado_em IS NULL
        AND a.ultima_atividade_em > CAST(:silent_since AS timestamptz)
    RETURNING a.id, a.conversa_id
), ready AS (
    SELECT locked.*, sessions.id AS atendimento_id
    FROM locked JOIN sessions ON sessions.conversa_id = locked.id
), people AS (
    SELECT p.id FROM clientes p WHERE p.id IN (SELECT cliente_id FROM ready) ORDER BY p.id FOR NO KEY UPDATE
), touched_people AS (
    UPDATE clientes p
    SET nome = coalesce((SELECT max(ready.nome) FROM ready WHERE ready.cliente_id = p.id), p.nome),
        ultima_atividade_em = greatest(p.ultima_atividade_em, CAST(:now AS timestamptz))
    FROM people WHERE p.id = people.id
), touched_conversas AS (
    UPDATE conversas c
    SET numero = ready.numero,
        ultima_entrada_em = greatest(c.ultima_entrada_em, CAST(:now AS timestamptz)),
        ultima_atividade_em = greatest(c.ultima_atividade_em, CAST(:now AS timestamptz))
    FROM ready WHERE c.id = ready.id
), judged AS (
    SELECT k.empresa_id, k.sid, k.tipo, k.texto, k.dados, k.created_at, k.request_id, k.place,
        ready.id AS conversa_id, ready.atendimento_id,
        coalesce(
            k.motivo,
            CASE WHEN ready.atendido_por = 'pessoa' THEN 'pessoa_atendendo'
                WHEN ready.silenciada_em IS NOT NULL THEN 'silenciada' END
        ) AS motivo
    FROM arrived k JOIN ready ON ready.empresa_id = k.empresa_id AND ready.endereco = k.endereco
), stored AS (
    INSERT INTO mensagens (
        empresa_id, conversa_id, atendimento_id, direcao, autor, tipo, texto, transcricao_estado, dados, message_sid,
        destino, motivo, created_at
    )
    SELECT empresa_id, conversa_id, atendimento_id, 'entrada', 'cliente', tipo, texto,
        CASE WHEN tipo = 'audio' THEN 'pendente' END, CAST(dados AS jsonb), sid,
        CASE WHEN motivo IS NULL THEN 'responder' ELSE 'nao_responder' END, motivo, created_at
    FROM judged ORDER BY place
    ON CONFLICT (empresa_id, message_sid) DO NOTHING
    RETURNING id, empresa_id, conversa_id, message_sid, tipo, motivo
), logged AS (
    INSERT INTO logs (nivel, code, mensagem, empresa_id, request_id, dados)
    SELECT 'INFO', coalesce('mensagem_nao_respondida_' || s.motivo, 'mensagem_recebida'),
        CAST(:frases AS jsonb) ->> coalesce(s.motivo, ''), s.empresa_id, k.request_id,
        jsonb_build_object('conversa_id', s.conversa_id, 'mensagem_id', s.id, 'tipo', s.tipo)
    FROM stored s JOIN arrived k ON k.empresa_id = s.empresa_id AND k.sid = s.message_sid
    ORDER BY k.place
)
SELECT id, empresa_id, conversa_id, message_sid, motivo FROM stored
""")
