"""The error tree of the product: each error carries its HTTP status, its stable code and a sentence in Portuguese.

Anything that may reach a person or an API caller is raised as one of these; `main.py` turns them into
`{"detail", "code"}`. No error carries message text, phone numbers, names or keys.
"""


class AtendeError(Exception):
    """Base of every expected error. `detail` is shown to people; `code` is relied on by programs."""

    status = 500
    code = "erro_interno"
    detail = "Algo deu errado do nosso lado. Tente de novo em instantes."

    def __init__(self, detail: str | None = None, *, code: str | None = None) -> None:
        self.detail = detail or type(self).detail
        self.code = code or type(self).code
        super().__init__(self.detail)


class NotAuthenticated(AtendeError):
    status, code, detail = 401, "nao_autenticado", "Sua sessão terminou. Entre de novo."


class AccessDisabled(NotAuthenticated):
    """Said only to who proves with a token to be the person whose account was deactivated."""

    code, detail = "acesso_desativado", "Seu acesso foi desativado. Fale com quem administra a empresa."


class InvalidCredentials(AtendeError):
    status, code, detail = 401, "credenciais_invalidas", "E-mail ou senha incorretos."


class Forbidden(AtendeError):
    status, code, detail = 403, "sem_permissao", "Você não tem permissão para fazer isso."


class NotFound(AtendeError):
    status, code, detail = 404, "nao_encontrado", "Não encontramos o que você procura."


class Conflict(AtendeError):
    status, code, detail = 409, "conflito", "Isso já existe ou mudou enquanto você editava."


class BodyTooLarge(AtendeError):
    status, code, detail = 413, "corpo_grande", "O conteúdo enviado é grande demais."


class InvalidData(AtendeError):
    """422 with the fields at fault: `errors` is a list of (campo, mensagem)."""

    status, code, detail = 422, "dados_invalidos", "Confira os campos indicados."

    def __init__(self, errors: list[tuple[str, str]], detail: str | None = None) -> None:
        super().__init__(detail)
        self.errors = errors


class InvalidCode(InvalidData):
    """A code for a new password that is unknown, used or expired: which of them is not told."""

    code, detail = "codigo_invalido", "Este código não vale mais. Peça outro a quem administra o sistema."

    def __init__(self) -> None:
        super().__init__([("codigo", self.detail)])


class PasswordChangeRequired(Forbidden):
    """Someone else set the password: until its owner changes it, it opens nothing."""

    code, detail = "trocar_senha", "Escolha uma senha nova para continuar: a atual foi definida por outra pessoa."


class TooManyAttempts(AtendeError):
    """`retry_after` is in seconds, when the wait is known."""

    status, code, detail = 429, "muitas_tentativas", "Muitas tentativas. Aguarde um pouco e tente de novo."

    def __init__(self, detail: str | None = None, *, retry_after: int | None = None) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


class Unavailable(AtendeError):
    status, code, detail = 503, "indisponivel", "O serviço está indisponível neste momento. Tente de novo em instantes."


class ProviderError(AtendeError):
    """An outside service did not do what was asked. `vendor` and `reason` are ids, safe to log.

    The subclasses say what the caller may do next; that is the whole retry policy's vocabulary.
    """

    status, code = 503, "provedor_falhou"
    detail = "Um serviço externo falhou."

    def __init__(self, vendor: str, reason: str, *, vendor_code: str | None = None, retry_after: float | None = None):
        super().__init__()
        self.vendor = vendor
        self.reason = reason
        self.vendor_code = vendor_code
        self.retry_after = retry_after

    def __str__(self) -> str:
        return f"{self.vendor}: {self.reason}" + (f" ({self.vendor_code})" if self.vendor_code else "")


class ProviderRefused(ProviderError):
    """The vendor understood and said no (4xx other than 429): asking again changes nothing."""


class ProviderAuthFailed(ProviderRefused):
    """The credentials were refused: the empresa's configuration needs a person."""


class ProviderModelMissing(ProviderRefused):
    """The model does not exist or was retired: another one may answer."""


class ProviderBusy(ProviderError):
    """Certainly not performed (429, refused connection, open circuit): safe to ask again after a pause."""


class ProviderUncertain(ProviderError):
    """Timeout, reset, 5xx or an unreadable answer: it may have been performed."""


class LostTurn(Exception):
    """Another worker owns the turn now, or a person took over: stop without acting. Never shown to anyone."""
