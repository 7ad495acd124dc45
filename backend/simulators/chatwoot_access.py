"""Who may call what in the simulated Chatwoot: the access token, the account, and the little a bot may do."""

import json
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from simulators.chatwoot_state import ChatAccount, ChatwootState, Conversation, User


class Problem(Exception):
    """The request ends with this status and document."""

    def __init__(self, status: int, document: dict[str, Any]) -> None:
        super().__init__(str(document))
        self.status = status
        self.document = document

    def response(self) -> Response:
        """The answer."""
        return JSONResponse(self.document, status_code=self.status)


def missing_resource() -> Problem:
    """Chatwoot's 404."""
    return Problem(404, {"error": "Resource could not be found"})


def invalid(message: str, *attributes: str) -> Problem:
    """Chatwoot's 422 for a record that does not validate."""
    return Problem(422, {"message": message, "attributes": list(attributes)})


def could_not_create(message: str) -> Problem:
    """Chatwoot's 422 for something that could not be done."""
    return Problem(422, {"error": message})


@dataclass(frozen=True, slots=True)
class Access:
    """An authenticated caller within an account."""

    account: ChatAccount
    user: User


def authenticate(state: ChatwootState, request: Request, *, bots: bool) -> Access:
    """The caller. Raises Problem for a missing or wrong token, a foreign account, or a bot where none may act."""
    token = request.headers.get("api_access_token") or request.headers.get("api-access-token")
    if not token:
        raise Problem(401, {"errors": ["You need to sign in or sign up before continuing."]})
    owners = [(a, a.users[token]) for a in state.accounts.values() if token in a.users]
    if not owners:
        raise Problem(401, {"error": "Invalid Access Token"})
    try:
        account = state.accounts[int(request.path_params["account_id"])]
    except (KeyError, ValueError) as error:
        raise missing_resource() from error
    user = account.users.get(token)
    if user is None:
        raise Problem(401, {"error": "You are not authorized to access this account"})
    if user.bot and not bots:
        raise Problem(401, {"error": "Access to this endpoint is not authorized for bots"})
    return Access(account, user)


def conversation_of(access: Access, request: Request) -> Conversation:
    """The conversation in the address. Raises Problem 404."""
    try:
        return access.account.conversations[int(request.path_params["conversation_id"])]
    except (KeyError, ValueError) as error:
        raise missing_resource() from error


async def read_params(request: Request) -> tuple[dict[str, Any], list[tuple[str, str, bytes]]]:
    """The parameters, from JSON or a form, and the attached files as (name, type, bytes)."""
    kind = request.headers.get("content-type", "")
    if kind.startswith(("multipart/form-data", "application/x-www-form-urlencoded")):
        form = await request.form()
        params: dict[str, Any] = {}
        files: list[tuple[str, str, bytes]] = []
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                content_type = value.content_type or "application/octet-stream"
                files.append((value.filename or "arquivo", content_type, await value.read()))
            else:
                params[name.removesuffix("[]")] = value
        return params, files
    raw = await request.body()
    if not raw:
        return {}, []
    try:
        value = json.loads(raw)
    except ValueError as error:
        raise Problem(400, {"error": "Error occurred while parsing request parameters"}) from error
    if not isinstance(value, dict):
        raise Problem(400, {"error": "Error occurred while parsing request parameters"})
    return value, []


def as_bool(value: Any) -> bool:
    """A parameter as Rails reads it."""
    return value is True or str(value).lower() in ("true", "1", "t", "on")
