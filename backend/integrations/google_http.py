"""What failed calls to Google mean, and where a service account may ask for its token.

gspread runs in threads over requests, so its failures are told apart here by the libraries' own exception classes.
Errors keep the status only: Google's messages name sheets and people.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import requests
from google.auth.exceptions import GoogleAuthError, RefreshError, TransportError
from google.oauth2.service_account import Credentials
from urllib3.exceptions import MaxRetryError, NewConnectionError

from errors import ProviderAuthFailed, ProviderBusy, ProviderError, ProviderRefused, ProviderUncertain
from integrations.base import error_for_status, parse_retry_after, safe_code
from integrations.network import is_loopback, origin
from ports import GoogleCredentials

VENDOR = "google"

SCOPE = "https://www.googleapis.com/auth/spreadsheets"
_TOKEN_HOSTS = frozenset({"oauth2.googleapis.com", "accounts.google.com", "www.googleapis.com"})
_KEPT_FIELDS = ("type", "project_id", "private_key_id", "private_key", "client_email", "client_id", "token_uri")


class SheetsAccount(Credentials):
    """A service account that asks for tokens and for nothing else.

    The library would also look up the account's region from a background thread, a call nobody bounds or awaits.
    """

    def _is_regional_access_boundary_lookup_required(self) -> bool:
        return False


def service_account(credentials: GoogleCredentials) -> SheetsAccount:
    """The account of a service-account document, with the spreadsheets scope only.

    Raises ProviderAuthFailed: `malformed_credentials`, or `token_address_not_allowed` when `token_uri` is neither
    Google's nor on the configured server (the document is typed by people, and a signed assertion goes there).
    """
    info = {name: credentials.service_account.get(name) for name in _KEPT_FIELDS}
    if not all(isinstance(info[name], str) and info[name] for name in ("client_email", "private_key")):
        raise ProviderAuthFailed(VENDOR, "malformed_credentials")
    if not isinstance(info["token_uri"], str) or not _token_address_allowed(info["token_uri"], credentials.base_url):
        raise ProviderAuthFailed(VENDOR, "token_address_not_allowed")
    try:
        account: SheetsAccount = SheetsAccount.from_service_account_info(info, scopes=[SCOPE])  # type: ignore[no-untyped-call]
    except (GoogleAuthError, ValueError, TypeError, KeyError, AttributeError):
        raise ProviderAuthFailed(VENDOR, "malformed_credentials") from None
    return account


def _token_address_allowed(address: str, base_url: str | None) -> bool:
    found = origin(address)
    if found is None:
        return False
    if found[0] == "https" and found[1] in _TOKEN_HOSTS and found[2] == 443:
        return True
    if base_url is None:
        return False
    both_here = is_loopback(urlsplit(base_url)) and is_loopback(urlsplit(address))
    return found == origin(base_url) or both_here


@contextmanager
def google_failures() -> Iterator[None]:
    """Turn whatever requests and google-auth raise into provider errors. Token failures are before any effect."""
    try:
        yield
    except requests.exceptions.Timeout as error:
        if isinstance(error, requests.exceptions.ConnectTimeout):
            raise ProviderBusy(VENDOR, "unreachable") from None
        raise ProviderUncertain(VENDOR, "timeout") from None
    except requests.exceptions.ConnectionError as error:
        if _never_connected(error):
            raise ProviderBusy(VENDOR, "unreachable") from None
        raise ProviderUncertain(VENDOR, "connection_lost") from None
    except (requests.exceptions.JSONDecodeError, requests.exceptions.ContentDecodingError):
        raise ProviderUncertain(VENDOR, "unreadable_answer") from None
    except (requests.exceptions.InvalidURL, requests.exceptions.MissingSchema, requests.exceptions.InvalidSchema):
        raise ProviderRefused(VENDOR, "bad_request_address") from None
    except requests.exceptions.RequestException:
        raise ProviderUncertain(VENDOR, "connection_lost") from None
    except TransportError:
        raise ProviderBusy(VENDOR, "token_unreachable") from None
    except RefreshError as error:
        if error.retryable:
            raise ProviderBusy(VENDOR, "token_unavailable") from None
        raise ProviderAuthFailed(VENDOR, "token_refused") from None
    except GoogleAuthError:
        raise ProviderAuthFailed(VENDOR, "token_refused") from None


def _never_connected(error: requests.exceptions.ConnectionError) -> bool:
    cause = error.args[0] if error.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)


def status_error(response: requests.Response) -> ProviderError:
    """The error of an unsuccessful answer of the Sheets API."""
    status = int(response.status_code)
    code = safe_code(_status_name(response))
    if status == 404:
        return ProviderRefused(VENDOR, "sheet_not_found", vendor_code=code)
    if status == 403:
        reason = "api_disabled" if _mentions(response, "SERVICE_DISABLED") else "sheet_not_shared"
        return ProviderRefused(VENDOR, reason, vendor_code=code)
    return error_for_status(VENDOR, status, vendor_code=code, retry_after=parse_retry_after(response.headers))


def _status_name(response: requests.Response) -> Any:
    try:
        error = response.json().get("error")
    except (ValueError, AttributeError):
        return None
    return error.get("status") if isinstance(error, Mapping) else None


def _mentions(response: requests.Response, word: str) -> bool:
    return word in str(response.text)[:20_000]
