"""Checks recorded requests against the vendors' own API schemas.

The folder with the schemas is named by VENDOR_SPECS; without it `available()` is False and the tests that need it are
skipped with a visible reason. A call the cut schemas lack is only let through when it is on the list below.
"""

import functools
import json
import os
import re
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from jsonschema.exceptions import best_match  # type: ignore[import-untyped]

FILES = {"twilio": "twilio.json", "openai": "openai.json", "google": "sheets.json", "chatwoot": "chatwoot.json"}
PREFIXES = {"twilio": "/twilio", "openai": "/openai/v1", "google": "/google", "chatwoot": "/chatwoot"}
REASON = "VENDOR_SPECS não indica uma pasta com os esquemas dos fornecedores: conferência de esquemas NÃO FEITA"

# Calls that the schemas do not contain; what the simulators check of them follows the vendors' documentation.
UNDESCRIBED: tuple[tuple[str, str, str], ...] = (
    ("twilio", "POST", r"/v2/Indicators/Typing\.json"),
    ("twilio", "GET", r"/media-cdn/.+"),
    ("twilio", "(GET|DELETE)", r"/2010-04-01/Accounts/[^/]+/Messages/[^/]+/Media/[^/.]+"),
    ("twilio", "(POST|DELETE)", r"/2010-04-01/Accounts/[^/]+/Messages/[^/]+\.json"),
    ("twilio", "GET", r"/2010-04-01/Accounts/[^/]+\.json"),
    ("twilio", "(GET|POST|DELETE)", r"/v1/Content(/.*)?"),
    ("twilio", "GET", r"/v2/Channels/Senders"),
    ("openai", "GET", r"/models(/.+)?"),
    ("google", "POST", r"/token"),
    ("chatwoot", "POST", r"/api/v1/accounts/\d+/conversations/\d+/assignments"),
    ("chatwoot", "(GET|POST)", r"/api/v1/accounts/\d+/webhooks"),
    ("chatwoot", "(PATCH|DELETE)", r"/api/v1/accounts/\d+/webhooks/\d+"),
    ("chatwoot", "(DELETE|PATCH)", r"/api/v1/accounts/\d+/contacts/\d+"),
    ("chatwoot", "GET", r"/api/v1/profile"),
    ("chatwoot", "GET", r"/rails/.+"),
)


def folder() -> Path | None:
    """The folder of the schemas, None when it is not given or not there."""
    name = os.environ.get("VENDOR_SPECS")
    path = Path(name) if name else None
    return path if path is not None and all((path / f).is_file() for f in FILES.values()) else None


def available() -> bool:
    """Whether requests can be checked."""
    return folder() is not None


needs_schemas = pytest.mark.skipif(not available(), reason=REASON)


@functools.cache
def _spec(vendor: str) -> dict[str, Any]:
    place = folder()
    assert place is not None, REASON
    return cast("dict[str, Any]", json.loads((place / FILES[vendor]).read_text()))


def check_request(vendor: str, recorded: dict[str, Any]) -> None:
    """Raise AssertionError unless a request recorded by the simulators obeys the vendor's schema."""
    path = recorded["path"].removeprefix(PREFIXES[vendor])
    method = recorded["method"]
    where = f"{vendor} {method} {path}"
    if any(v == vendor and re.fullmatch(m, method) and re.fullmatch(p, path) for v, m, p in UNDESCRIBED):
        return
    if vendor == "google":
        _check_google(where, method, path, recorded)
        return
    operation, path_values = _operation(vendor, method, path)
    assert operation is not None, f"{where}: the vendor has no such call"
    _check_parameters(where, vendor, operation, path_values, recorded)
    _check_body(where, vendor, operation, recorded)


def _operation(vendor: str, method: str, path: str) -> tuple[dict[str, Any] | None, dict[str, str]]:
    candidates = sorted(_spec(vendor)["paths"].items(), key=lambda item: item[0].count("{"))
    for template, item in candidates:
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+?)", re.escape(template))
        match = re.fullmatch(pattern, path)
        if match is not None and method.lower() in item:
            shared = item.get("parameters", [])
            operation = dict(item[method.lower()])
            operation["parameters"] = shared + operation.get("parameters", [])
            return operation, match.groupdict()
    return None, {}


def _resolved(vendor: str, node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node and set(node) == {"$ref"}:
        target: Any = _spec(vendor)
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part.replace("~1", "/")]
        node = target
    return node


def _check_parameters(
    where: str, vendor: str, operation: dict[str, Any], path_values: dict[str, str], recorded: dict[str, Any]
) -> None:
    known: set[str] = set()
    for raw in operation["parameters"]:
        parameter = _resolved(vendor, raw)
        name, place = parameter["name"], parameter["in"]
        values = recorded["query"].get(name, []) if place == "query" else [path_values.get(name)]
        known.add(name)
        values = [v for v in values if v is not None]
        assert values or not parameter.get("required"), f"{where}: parameter {name} is missing"
        for value in values:
            _check_value(f"{where}: {place} {name}", vendor, parameter.get("schema", {}), _read(unquote(str(value))))
    unknown = {name.removesuffix("[]") for name in recorded["query"]} - known
    assert not unknown, f"{where}: unknown query parameters {sorted(unknown)}"


def _read(value: str) -> Any:
    """A text as the number it may stand for, so that integers in addresses and forms can be checked."""
    if re.fullmatch(r"-?\d{1,18}", value):
        return _Number(value)
    return {"true": _Bool("true"), "false": _Bool("false")}.get(value, value)


class _Number(str):
    """A text that may also pass as a number."""

    __slots__ = ()


class _Bool(str):
    """A text that may also pass as a boolean."""

    __slots__ = ()


def _alternatives(value: Any) -> list[Any]:
    if isinstance(value, _Number):
        return [str(value), int(value)]
    if isinstance(value, _Bool):
        return [str(value), value == "true"]
    return [value]


def _validator(vendor: str, schema: dict[str, Any]) -> Draft202012Validator:
    spec = _spec(vendor)
    return Draft202012Validator({**_nullable(schema), "components": _nullable(spec.get("components", {}))})


def _nullable(node: Any) -> Any:
    """OpenAPI 3.0's `nullable` written as JSON Schema; `discriminator` and `default` mean nothing to the check."""
    if isinstance(node, list):
        return [_nullable(n) for n in node]
    if not isinstance(node, dict):
        return node
    made = {k: _nullable(v) for k, v in node.items() if k != "discriminator"}
    if made.get("nullable") is True and isinstance(made.get("type"), str):
        made["type"] = [made["type"], "null"]
    if "oneOf" in made:  # the vendors' unions overlap: one matching branch is enough
        made["anyOf"] = made.pop("oneOf") + made.get("anyOf", [])
    return made


@functools.cache
def _body_validator(vendor: str, pointer: str) -> Draft202012Validator:
    return _validator(vendor, json.loads(pointer))


def _check_value(where: str, vendor: str, schema: dict[str, Any], value: Any) -> None:
    validator = _body_validator(vendor, json.dumps(schema, sort_keys=True))
    errors = [best_match(validator.iter_errors(v)) for v in _alternatives(value)]
    if all(e is not None for e in errors):
        error = errors[-1]
        assert error is not None
        place = "/".join(str(p) for p in error.absolute_path)
        raise AssertionError(f"{where}: at '{place}': {error.message[:500]}")


def _members(vendor: str, schema: dict[str, Any]) -> set[str]:
    """Every member an object schema names, also through allOf."""
    schema = _resolved(vendor, schema)
    names = set(schema.get("properties", {}))
    for part in schema.get("allOf", []):
        names |= _members(vendor, part)
    return names


def _check_body(where: str, vendor: str, operation: dict[str, Any], recorded: dict[str, Any]) -> None:
    request_body = operation.get("requestBody")
    if request_body is None:
        assert not recorded["body"], f"{where}: this call takes no body"
        return
    contents: dict[str, Any] = request_body["content"]
    given = recorded["content_type"].split(";")[0].strip()
    if vendor == "chatwoot" and given == "multipart/form-data":
        return  # attachments: the schema only describes JSON
    assert given in contents, f"{where}: content type {given!r}, expected one of {sorted(contents)}"
    schema: dict[str, Any] = contents[given]["schema"]
    body = recorded["json"] if given == "application/json" else _form_object(vendor, schema, recorded)
    assert isinstance(body, dict), f"{where}: the body is no object"
    unknown = set(body) - _members(vendor, schema)
    assert not unknown, f"{where}: unknown members {sorted(unknown)}"
    if given == "application/json":
        _check_value(where, vendor, schema, body)
        return
    described = _resolved(vendor, schema)
    missing = set(described.get("required", [])) - set(body)
    assert not missing, f"{where}: missing members {sorted(missing)}"
    for name, value in body.items():
        _check_value(f"{where}: {name}", vendor, described["properties"][name], value)


def _form_object(vendor: str, schema: dict[str, Any], recorded: dict[str, Any]) -> dict[str, Any]:
    """A form as an object: repeated or array members as lists, files as their names."""
    properties = _resolved(vendor, schema).get("properties", {})
    found: dict[str, Any] = {}
    for name, values in (recorded["form"] or {}).items():
        plain = name.removesuffix("[]")
        is_array = _resolved(vendor, properties.get(plain, {})).get("type") == "array"
        assert is_array or len(values) == 1, f"{recorded['path']}: {plain} is given more than once"
        found[plain] = values if is_array else _number(_resolved(vendor, properties.get(plain, {})), values[0])
    return found | {f["name"]: f["filename"] for f in recorded.get("files", [])}


def _number(schema: dict[str, Any], value: str) -> Any:
    if schema.get("type") == "number" and re.fullmatch(r"-?\d+(\.\d+)?", value):
        return float(value)
    return _read(value)


def _check_google(where: str, method: str, path: str, recorded: dict[str, Any]) -> None:
    spec = _spec("google")
    for described in spec["methods"].values():
        template = re.escape("/" + described["path"])
        pattern = re.sub(r"\\\{range\\\}", ".+?", template)
        pattern = re.sub(r"\\\{\w+\\\}", "[^/:]+", pattern)
        if described["httpMethod"] == method and re.fullmatch(pattern, path):
            break
    else:
        raise AssertionError(f"{where}: the vendor has no such call")
    known = set(described.get("parameters", {})) | set(spec.get("parameters", {}))
    unknown = set(recorded["query"]) - known
    assert not unknown, f"{where}: unknown query parameters {sorted(unknown)}"
    for name, values in recorded["query"].items():
        choices = described.get("parameters", {}).get(name, {}).get("enum")
        assert not choices or set(values) <= set(choices), f"{where}: {name}={values} is none of {choices}"
    request = described.get("request")
    if request is None:
        assert not recorded["body"], f"{where}: this call takes no body"
    elif recorded["body"] or request["$ref"] != "ClearValuesRequest":
        _check_discovery(where, request["$ref"], recorded["json"])


def _check_discovery(where: str, schema_name: str, value: Any) -> None:
    schema = _spec("google")["schemas"][schema_name]
    assert isinstance(value, dict), f"{where}: {schema_name} must be an object"
    for name, item in value.items():
        assert name in schema.get("properties", {}), f"{where}: {schema_name} has no member {name!r}"
        if item is not None:  # null is how the vendor's JSON says "not given"
            _check_discovery_value(f"{where}: {name}", schema["properties"][name], item)


def _check_discovery_value(where: str, schema: dict[str, Any], value: Any) -> None:
    if "$ref" in schema:
        _check_discovery(where, schema["$ref"], value)
        return
    kind = schema.get("type")
    kinds: dict[str, type | tuple[type, ...]] = {
        "string": str,
        "boolean": bool,
        "integer": int,
        "number": (int, float),
        "array": list,
        "object": dict,
    }
    if kind in kinds:
        assert isinstance(value, kinds[kind]), f"{where}: expected {kind}, got {type(value).__name__}"
    if schema.get("enum"):
        assert value in schema["enum"], f"{where}: {value!r} is none of {schema['enum']}"
    if kind == "array":
        for item in value:
            _check_discovery_value(where, schema["items"], item)
