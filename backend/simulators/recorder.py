"""Keeps what was asked of each simulated vendor, so that a test can look at the exact request.

Bounded by count and by bytes: a load test pushes the oldest requests out. Bodies are parsed only when somebody
looks, never on the way in. Credentials are not kept, only the scheme they came with.
"""

import base64
import hashlib
import json
import time
from collections import deque
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qs

DEFAULT_MAX_REQUESTS = 20_000
DEFAULT_MAX_BYTES = 128 * 1024 * 1024
_SECRET_HEADERS = frozenset({"authorization", "api_access_token", "api-access-token", "cookie", "x-api-key"})


@dataclass(slots=True)
class RecordedRequest:
    """One request as it arrived at a simulated vendor, and the status it was answered with."""

    number: int
    at: float
    vendor: str
    method: str
    path: str
    query: str
    headers: list[tuple[bytes, bytes]]
    body: bytes
    status: int | None = None
    fault: str | None = None
    content_type: str = field(default="")

    def as_json(self) -> dict[str, Any]:
        """The request with its body parsed: text or base64, form fields, files and JSON where they apply."""
        text: str | None
        try:
            text = self.body.decode("utf-8")
        except UnicodeDecodeError:
            text = None
        form, files = self._form()
        return {
            "number": self.number,
            "at": self.at,
            "vendor": self.vendor,
            "method": self.method,
            "path": self.path,
            "query": parse_qs(self.query, keep_blank_values=True),
            "headers": self._visible_headers(),
            "content_type": self.content_type,
            "body": text if text is not None else base64.b64encode(self.body).decode("ascii"),
            "body_encoding": "text" if text is not None else "base64",
            "form": form,
            "files": files,
            "json": self._json(),
            "status": self.status,
            "fault": self.fault,
        }

    def _visible_headers(self) -> dict[str, str]:
        shown: dict[str, str] = {}
        for raw_name, raw_value in self.headers:
            name = raw_name.decode("latin-1").lower()
            value = raw_value.decode("latin-1")
            if name in _SECRET_HEADERS:
                scheme = value.split(" ", 1)[0] if " " in value else ""
                value = f"{scheme} ***".strip()
            shown[name] = value
        return shown

    def _json(self) -> Any:
        if "json" not in self.content_type:
            return None
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def _form(self) -> tuple[dict[str, list[str]] | None, list[dict[str, Any]]]:
        if self.content_type.startswith("application/x-www-form-urlencoded"):
            return parse_qs(self.body.decode("utf-8", "replace"), keep_blank_values=True), []
        if not self.content_type.startswith("multipart/form-data"):
            return None, []
        head = b"Content-Type: " + self.content_type.encode("latin-1") + b"\r\n\r\n"
        message = BytesParser(policy=HTTP).parsebytes(head + self.body)
        form: dict[str, list[str]] = {}
        files: list[dict[str, Any]] = []
        for part in message.iter_parts():
            name = str(part.get_param("name", "", header="content-disposition"))
            payload = part.get_payload(decode=True)
            content = payload if isinstance(payload, bytes) else b""
            filename = part.get_filename()
            if filename is None:
                form.setdefault(name, []).append(content.decode("utf-8", "replace"))
            else:
                digest = hashlib.sha256(content).hexdigest()
                files.append(
                    {
                        "name": name,
                        "filename": filename,
                        "content_type": part.get_content_type(),
                        "size": len(content),
                        "sha256": digest,
                    }
                )
        return form, files


class Recorder:
    """The last requests, oldest first."""

    def __init__(self, *, max_requests: int = DEFAULT_MAX_REQUESTS, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        self.max_requests = max_requests
        self.max_bytes = max_bytes
        self._requests: deque[RecordedRequest] = deque()
        self._bytes = 0
        self._number = 0

    def add(
        self, *, vendor: str, method: str, path: str, query: str, headers: list[tuple[bytes, bytes]], body: bytes
    ) -> RecordedRequest:
        """Remember a request and forget as many of the oldest as the two bounds ask for."""
        self._number += 1
        content_type = next((v.decode("latin-1") for n, v in headers if n.lower() == b"content-type"), "")
        item = RecordedRequest(
            self._number, time.time(), vendor, method, path, query, headers, body, content_type=content_type
        )
        self._requests.append(item)
        self._bytes += len(body)
        self._trim()
        return item

    def _trim(self) -> None:
        while self._requests and (len(self._requests) > self.max_requests or self._bytes > self.max_bytes):
            self._bytes -= len(self._requests.popleft().body)

    def configure(self, *, max_requests: int | None = None, max_bytes: int | None = None) -> None:
        """Change the bounds; they apply at once."""
        self.max_requests = max_requests if max_requests is not None else self.max_requests
        self.max_bytes = max_bytes if max_bytes is not None else self.max_bytes
        self._trim()

    def find(
        self,
        *,
        vendor: str | None = None,
        path_contains: str | None = None,
        method: str | None = None,
        after: int = 0,
        limit: int | None = None,
    ) -> list[RecordedRequest]:
        """Requests that match, oldest first; `after` skips numbers up to it, `limit` keeps the newest ones."""
        found = [
            r
            for r in self._requests
            if r.number > after
            and (vendor is None or r.vendor == vendor)
            and (path_contains is None or path_contains in r.path)
            and (method is None or r.method == method.upper())
        ]
        return found[-limit:] if limit is not None else found

    def clear(self) -> None:
        """Forget every request; the numbers go on."""
        self._requests.clear()
        self._bytes = 0
