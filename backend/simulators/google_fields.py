"""The `fields` mask of Google's APIs: `a,b.c,d(e,f)`."""

from typing import Any

from simulators.google_values import InvalidArgument

Mask = dict[str, Any]


def parse_mask(text: str) -> Mask:
    """The mask as a tree. Raises InvalidArgument when it cannot be read."""
    mask, rest = _list(text.replace("/", "."))
    if rest:
        raise InvalidArgument(f"Invalid field selection {text}")
    return mask


def _list(text: str) -> tuple[Mask, str]:
    mask: Mask = {}
    while True:
        end = next((i for i, c in enumerate(text) if c in ",()"), len(text))
        path, text = text[:end].strip(), text[end:]
        if not path:
            raise InvalidArgument("Invalid field selection")
        node = mask
        for name in path.split("."):
            node = node.setdefault(name, {})
        if text.startswith("("):
            children, text = _list(text[1:])
            node.update(children)
            if not text.startswith(")"):
                raise InvalidArgument("Invalid field selection: unbalanced parentheses")
            text = text[1:]
        if not text.startswith(","):
            return mask, text
        text = text[1:]


def masked(value: Any, mask: Mask) -> Any:
    """What the mask lets through."""
    if not mask or "*" in mask:
        return value
    if isinstance(value, list):
        return [masked(item, mask) for item in value]
    if isinstance(value, dict):
        return {name: masked(value[name], child) for name, child in mask.items() if name in value}
    return value
