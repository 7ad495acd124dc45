"""Starts a quiet headless Chromium for the browser tests and the screenshots, on the two screen sizes the panel is for.

It only opens browsers and contexts; what is done in them, and which addresses may be asked, is the caller's business.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Browser, async_playwright

DEFAULT_CHROMIUM = "/usr/bin/chromium"

_ARGUMENTS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--autoplay-policy=no-user-gesture-required",
)


@dataclass(frozen=True, slots=True)
class Screen:
    """A screen size, with what else makes a phone a phone."""

    name: str
    width: int
    height: int
    phone: bool = False

    def context_options(self) -> dict[str, Any]:
        """Options of a browser context of somebody in São Paulo."""
        return {
            "viewport": {"width": self.width, "height": self.height},
            "is_mobile": self.phone,
            "has_touch": self.phone,
            "locale": "pt-BR",
            "timezone_id": "America/Sao_Paulo",
        }


PHONE = Screen("phone", 390, 844, phone=True)
DESKTOP = Screen("desktop", 1440, 900)


@asynccontextmanager
async def chromium(path: str | None = None) -> AsyncIterator[Browser]:
    """A browser that talks to nobody on its own. Without a path, the one of CHROMIUM_PATH."""
    sandbox = [] if os.geteuid() else ["--no-sandbox"]  # the sandbox refuses to run as root
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=path or os.environ.get("CHROMIUM_PATH") or DEFAULT_CHROMIUM, args=[*_ARGUMENTS, *sandbox]
        )
        try:
            yield browser
        finally:
            await browser.close()
