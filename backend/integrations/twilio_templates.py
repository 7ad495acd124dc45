"""A record of Twilio's Content API as a template: its words, its variables and its approval for WhatsApp.

Knows the shapes of the vendor's content types, as far as each has words; asks nothing.
"""

import re
from collections.abc import Iterator
from typing import Any

from ports import MessageTemplate

_VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_WORDS = ("header_text", "title", "body", "subtitle", "footer")
"""Members of a content type that people read, in the order in which they read them."""


def template_from(record: Any) -> MessageTemplate:
    """From the SDK's ContentAndApprovals instance. Raises AttributeError or TypeError for an unreadable one."""
    approval = record.approval_requests or {}
    texto = next((text for text in map(_text_of, (record.types or {}).values()) if text), "")
    declared = record.variables or {}
    return MessageTemplate(
        content_sid=str(record.sid),
        nome=str(record.friendly_name or approval.get("name") or record.sid),
        idioma=str(record.language or ""),
        categoria=str(approval["category"]) if approval.get("category") else None,
        situacao=str(approval.get("status") or "unsubmitted").lower(),
        variaveis=tuple(sorted({*map(str, declared), *_in(record.types or {})}, key=_by_number)),
        texto=texto,
    )


def _text_of(content: Any) -> str:
    if not isinstance(content, dict):
        return ""
    return "\n".join(str(content[name]) for name in _WORDS if content.get(name))


def _in(node: Any) -> Iterator[str]:
    """The variables named anywhere in a content: in a button's address, too."""
    if isinstance(node, dict):
        node = list(node.values())
    if isinstance(node, list):
        for each in node:
            yield from _in(each)
    elif isinstance(node, str):
        yield from _VARIABLE.findall(node)


def _by_number(name: str) -> tuple[int, str]:
    return (int(name), "") if name.isdigit() else (1 << 30, name)
