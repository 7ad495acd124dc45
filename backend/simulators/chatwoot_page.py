"""The staff's page of the simulated Chatwoot: conversations, their messages, an answer box and a resolve button.

Plain HTML rendered on the server; what is done here causes the same webhooks as in the real product.
"""

from html import escape
from urllib.parse import parse_qs, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from simulators.chatwoot_service import ChatwootService
from simulators.chatwoot_state import ChatAccount, Conversation

_STATUS = {"open": "aberta", "resolved": "resolvida", "pending": "pendente", "snoozed": "adiada"}
_STYLE = """
:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:0 auto;padding:1rem}
a{color:inherit}ul{list-style:none;padding:0}li{padding:.6rem 0;border-bottom:1px solid #8884}
.m{padding:.5rem .8rem;border-radius:.6rem;margin:.4rem 0;max-width:85%;white-space:pre-wrap;overflow-wrap:anywhere}
.in{background:#8882}.out{background:#25d36633;margin-left:auto}.note{background:#ffd54f55;margin-left:auto}
textarea{width:100%;min-height:4.5rem;font:inherit;box-sizing:border-box}
button{font:inherit;padding:.5rem 1rem;margin:.4rem .4rem 0 0}small{opacity:.75}
"""


class ChatwootPage:
    """Routes of `/chatwoot/app`."""

    def __init__(self, service: ChatwootService) -> None:
        self.service = service
        self.state = service.state

    def routes(self) -> list[Route]:
        """Routes below `/chatwoot`."""
        one = "/app/accounts/{account_id:int}/conversations/{conversation_id:int}"
        return [
            Route("/app", self.index, methods=["GET"]),
            Route("/app/", self.index, methods=["GET"]),
            Route("/app/accounts/{account_id:int}/inbox/{inbox_id:int}", self.index, methods=["GET"]),
            Route(one, self.conversation, methods=["GET", "POST"]),
        ]

    async def index(self, request: Request) -> Response:
        """The conversations, latest first; of one inbox when the address names it."""
        rows: list[str] = []
        inbox_id = request.path_params.get("inbox_id")
        for account in self.state.accounts.values():
            if request.path_params.get("account_id", account.id) != account.id:
                continue
            talks = sorted(account.conversations.values(), key=lambda c: -c.updated_at)
            rows += [_row(account, talk) for talk in talks if inbox_id in (None, talk.inbox.id)]
        body = f"<ul>{''.join(rows)}</ul>" if rows else "<p>Nenhuma conversa ainda.</p>"
        return _page("Conversas", body, refresh=True)

    async def conversation(self, request: Request) -> Response:
        """One conversation, or what the staff did on it."""
        account = self.state.accounts.get(request.path_params["account_id"])
        talk = account.conversations.get(request.path_params["conversation_id"]) if account is not None else None
        if account is None or talk is None:
            return _page("Não encontrada", "<p>Esta conversa não existe.</p>", status=404)
        if request.method == "POST":
            if not _same_origin(request):
                return _page("Recusado", "<p>O pedido veio de outra página.</p>", status=403)
            form = parse_qs((await request.body()).decode("utf-8", "replace"))
            self._act(request, account, talk, form)
            return RedirectResponse(request.url.path, status_code=303)
        return _page(f"Conversa {talk.display_id}", _talk(talk), refresh=False)

    def _act(self, request: Request, account: ChatAccount, talk: Conversation, form: dict[str, list[str]]) -> None:
        self.service.base = f"{request.url.scheme}://{request.url.netloc}/chatwoot"
        text = form.get("content", [""])[0].strip()
        action = form.get("action", [""])[0]
        if action in ("reply", "note") and text:
            message = self.service.new_message(text, "outgoing", account.person())
            message.private = action == "note"
            self.service.add_message(account, talk, message)
        elif action in ("resolved", "open", "pending"):
            self.service.set_status(account, talk, action)


def _same_origin(request: Request) -> bool:
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


def _row(account: ChatAccount, talk: Conversation) -> str:
    last = talk.messages[-1].content if talk.messages else ""
    name = escape(talk.contact.name or talk.contact.phone_number or "Sem nome")
    address = f"/chatwoot/app/accounts/{account.id}/conversations/{talk.display_id}"
    return (
        f'<li><a href="{address}"><strong>{name}</strong></a> '
        f"<small>{escape(talk.inbox.name)} · {_STATUS[talk.status]}</small><br>{escape((last or '')[:120])}</li>"
    )


def _talk(talk: Conversation) -> str:
    shown: list[str] = []
    for message in talk.messages:
        side = "in" if message.message_type == "incoming" else "note" if message.private else "out"
        label = "Nota privada: " if message.private else ""
        files = "".join(f"<br><small>Anexo: {escape(a.filename)}</small>" for a in message.attachments)
        shown.append(f'<div class="m {side}">{label}{escape(message.content or "")}{files}</div>')
    resolved = talk.status == "resolved"
    toggle = ("open", "Reabrir") if resolved else ("resolved", "Resolver")
    about = f"{escape(talk.contact.phone_number or '')} · {escape(talk.inbox.name)} · {_STATUS[talk.status]}"
    return (
        '<p><a href="/chatwoot/app/">← Conversas</a></p>'
        f"<p>{escape(talk.contact.name or 'Sem nome')} <small>{about}</small></p>"
        f'{"".join(shown)}<form method="post"><label>Resposta<textarea name="content"></textarea></label>'
        '<button name="action" value="reply">Enviar</button>'
        '<button name="action" value="note">Anotar em privado</button>'
        f'<button name="action" value="{toggle[0]}">{toggle[1]}</button></form>'
    )


def _page(title: str, body: str, *, refresh: bool = False, status: int = 200) -> Response:
    meta = '<meta http-equiv="refresh" content="5">' if refresh else ""
    html = (
        f'<!doctype html><html lang="pt-BR"><head><meta charset="utf-8">{meta}'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)} · Chatwoot simulado</title><style>{_STYLE}</style></head>"
        f"<body><h1>{escape(title)}</h1>{body}</body></html>"
    )
    policy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"
    return HTMLResponse(html, status_code=status, headers={"Content-Security-Policy": policy})
