"""The simulated OAuth token endpoint for service accounts.

Checks the assertion as the vendor does (grant, algorithm, audience, times, scope) and verifies its signature when
the account's public key is known.
"""

import base64
import binascii
import json
import time
from typing import Any
from urllib.parse import parse_qs

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from simulators.google_state import TOKEN_SECONDS, GoogleState

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
AUDIENCE = "https://oauth2.googleapis.com/token"


class _Refused(Exception):
    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error
        self.description = description


class GoogleAuth:
    """Route of `/google/token`."""

    def __init__(self, state: GoogleState) -> None:
        self.state = state

    async def token(self, request: Request) -> Response:
        """Exchange a signed assertion for an access token."""
        form = parse_qs((await request.body()).decode("utf-8", "replace"))
        try:
            email, scopes = self._check(form, str(request.url.replace(query="")))
        except _Refused as refused:
            body = {"error": refused.error, "error_description": refused.description}
            return JSONResponse(body, status_code=401 if refused.error == "invalid_client" else 400)
        token = self.state.issue(email, scopes)
        return JSONResponse({"access_token": token, "expires_in": TOKEN_SECONDS - 1, "token_type": "Bearer"})

    def _check(self, form: dict[str, list[str]], own_address: str) -> tuple[str, frozenset[str]]:
        if form.get("grant_type") != [GRANT]:
            raise _Refused("unsupported_grant_type", f"Invalid grant_type: {form.get('grant_type', [''])[0]}")
        header, claims, signed, signature = _decoded(form.get("assertion", [""])[0])
        if header.get("alg") != "RS256":
            raise _Refused("invalid_grant", "Invalid JWT: only RS256 is accepted.")
        email = claims.get("iss")
        if not isinstance(email, str) or "@" not in email:
            raise _Refused("invalid_grant", "Invalid JWT: iss field missing.")
        if claims.get("aud") not in (AUDIENCE, own_address):
            raise _Refused("invalid_grant", "Invalid JWT: Failed audience check.")
        issued, expires = claims.get("iat"), claims.get("exp")
        if not isinstance(issued, (int, float)) or not isinstance(expires, (int, float)):
            raise _Refused("invalid_grant", "Invalid JWT: iat and exp are required.")
        now = time.time()
        if expires < now or issued > now + 300 or expires - issued > 3600 + 300:
            message = "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe."
            raise _Refused("invalid_grant", message)
        scopes = frozenset(str(claims.get("scope") or "").split())
        if not scopes:
            raise _Refused("invalid_scope", "Invalid OAuth scope or ID token audience provided.")
        self._verify(email, signed, signature)
        return email, scopes

    def _verify(self, email: str, signed: bytes, signature: bytes) -> None:
        pem = self.state.public_keys.get(email)
        if pem is None:
            if self.state.settings.require_registered_accounts:
                raise _Refused("invalid_grant", "Invalid grant: account not found")
            return
        key = load_pem_public_key(pem.encode())
        if not isinstance(key, rsa.RSAPublicKey):
            raise _Refused("invalid_grant", "Invalid JWT Signature.")
        try:
            key.verify(signature, signed, padding.PKCS1v15(), SHA256())
        except InvalidSignature as error:
            raise _Refused("invalid_grant", "Invalid JWT Signature.") from error


def _decoded(assertion: str) -> tuple[dict[str, Any], dict[str, Any], bytes, bytes]:
    parts = assertion.split(".")
    try:
        header, claims = (json.loads(_unpadded(part)) for part in parts[:2])
        signature = _unpadded(parts[2])
    except (ValueError, IndexError, binascii.Error) as error:
        raise _Refused("invalid_grant", "Invalid JWT: could not be parsed.") from error
    if len(parts) != 3 or not isinstance(header, dict) or not isinstance(claims, dict):
        raise _Refused("invalid_grant", "Invalid JWT: could not be parsed.")
    return header, claims, f"{parts[0]}.{parts[1]}".encode(), signature


def _unpadded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
