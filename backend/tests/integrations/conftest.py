"""The adapters under test, with short times, and credentials the simulators accept."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from config import SIMULATOR_CHATWOOT_TOKEN, SIMULATOR_OPENAI_KEY, SIMULATOR_TWILIO_SID, SIMULATOR_TWILIO_TOKEN
from integrations.base import RetryPolicy
from integrations.chatwoot_service import ChatwootService
from integrations.google_sheets_service import GoogleSheetsService
from integrations.openai_service import OpenAIService
from integrations.twilio_service import TwilioService
from ports import ChatwootCredentials, GoogleCredentials, OpenAICredentials, TwilioCredentials
from tests import vendor_schemas
from tests.stage import Simulators

QUICK = RetryPolicy(attempts=3, base=0.01, cap=0.02, total=10)
ONCE = RetryPolicy(attempts=1, total=10)


@pytest.fixture
async def openai() -> AsyncIterator[OpenAIService]:
    service = OpenAIService(
        timeout=0.6, transcription_timeout=0.6, retry_policy=QUICK, transcription_retry_policy=QUICK
    )
    yield service
    await service.aclose()


@pytest.fixture
async def twilio() -> AsyncIterator[TwilioService]:
    service = TwilioService(
        timeout=0.6, typing_timeout=0.3, media_timeout=1.0, media_retry_delays=(0.05, 0.1), retry_policy=QUICK
    )
    yield service
    await service.aclose()


@pytest.fixture
async def chatwoot(sim: Simulators) -> AsyncIterator[ChatwootService]:
    service = ChatwootService(timeout=0.6, retry_policy=QUICK, trusted_addresses=[sim.url])
    yield service
    await service.aclose()


@pytest.fixture
async def sheets() -> AsyncIterator[GoogleSheetsService]:
    service = GoogleSheetsService(timeout=0.6, total=8, retry_policy=QUICK)
    yield service
    await service.aclose()


@pytest.fixture
def openai_credentials(sim: Simulators) -> OpenAICredentials:
    return OpenAICredentials(SIMULATOR_OPENAI_KEY, f"{sim.url}/openai/v1")


@pytest.fixture
def twilio_credentials(sim: Simulators) -> TwilioCredentials:
    return TwilioCredentials(SIMULATOR_TWILIO_SID, SIMULATOR_TWILIO_TOKEN, f"{sim.url}/twilio")


@pytest.fixture
def chatwoot_credentials(sim: Simulators) -> ChatwootCredentials:
    return ChatwootCredentials(f"{sim.url}/chatwoot", SIMULATOR_CHATWOOT_TOKEN)


@pytest.fixture
async def google_credentials(sim: Simulators) -> GoogleCredentials:
    answer = await sim.control("GET", "/google/credentials")
    return GoogleCredentials(answer.json(), f"{sim.url}/google")


async def obeyed(sim: Simulators, vendor: str, path_contains: str = "") -> list[dict[str, Any]]:
    """What was asked of the vendor, after checking each request against its schema where the schemas are at hand."""
    recorded = await sim.requests(vendor, path_contains)
    assert recorded
    if vendor_schemas.available():
        for request in recorded:
            vendor_schemas.check_request(vendor, request)
    return recorded
