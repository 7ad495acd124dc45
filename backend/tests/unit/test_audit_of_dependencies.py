"""What the registries say about our dependencies is read as it is: an advisory fails, silence is said to be silence."""

import json
from typing import Any

import pytest

from devtools.audit import ACCEPTED, NotAsked, npm_advisories, python_advisories


def pip_report(*dependencies: dict[str, Any]) -> str:
    return json.dumps({"dependencies": dependencies, "fixes": []})


def test_an_unknown_python_advisory_is_found_and_an_accepted_one_is_not() -> None:
    accepted = {"name": "ecdsa", "version": "0.19.1", "vulns": [{"id": "PYSEC-1", "aliases": list(ACCEPTED)}]}
    unknown = {"name": "x", "version": "1.0", "vulns": [{"id": "PYSEC-2", "aliases": ["CVE-1"]}]}
    clean = {"name": "y", "version": "2.0", "vulns": []}
    assert python_advisories(pip_report(accepted, clean)) == []
    assert python_advisories(pip_report(accepted, unknown)) == ["x 1.0: PYSEC-2"]


@pytest.mark.parametrize(
    "report",
    [
        "",
        "Traceback…",
        "[]",
        pip_report({"name": "x", "skip_reason": "Dependency not found on PyPI"}),
        pip_report({"name": "x", "skip_reason": "…"}, {"name": "y", "version": "1", "vulns": []}),
    ],
)
def test_a_python_index_that_does_not_answer_is_not_called_safe(report: str) -> None:
    with pytest.raises(NotAsked):
        python_advisories(report)


def test_an_npm_advisory_is_found_where_it_is_and_not_where_it_is_only_inherited() -> None:
    cause = {"source": 1, "url": "https://github.com/advisories/GHSA-x", "severity": "high"}
    report = {"vulnerabilities": {"inside": {"via": [cause]}, "outside": {"via": ["inside"]}}}
    assert npm_advisories(json.dumps(report)) == ["inside: GHSA-x (high)"]
    assert npm_advisories(json.dumps({"vulnerabilities": {}})) == []


@pytest.mark.parametrize("report", ["", json.dumps({"message": "405 Method Not Allowed", "statusCode": 405})])
def test_an_npm_registry_that_does_not_answer_is_not_called_safe(report: str) -> None:
    with pytest.raises(NotAsked):
        npm_advisories(report)
