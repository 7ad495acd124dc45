"""A person in front of the panel: a browser page, a watch over what goes wrong in it, and the few things all tests do.

Whatever a test does not announce with `expect_answer` counts as a defect: a console error or warning, an exception, a
failed request, an answer of 400 or more, a request that leaves for another host.
"""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.async_api import ConsoleMessage, Error, Locator, Page, Request, Response, expect

from config import DEFAULT_ADMIN_EMAIL, DEFAULT_ADMIN_PASSWORD

PATIENCE_MS = 20_000


@dataclass(frozen=True, slots=True)
class Expected:
    """An unhappy answer that belongs to the story of the test."""

    status: int
    path: re.Pattern[str]


@dataclass
class Visit:
    """One page of one person."""

    page: Page
    url: str
    problems: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    _expected: dict[Expected, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.page.on("console", self._on_console)
        self.page.on("pageerror", self._on_exception)
        self.page.on("request", self._on_request)
        self.page.on("requestfailed", self._on_failure)
        self.page.on("response", self._on_response)
        self.page.on("framenavigated", lambda frame: self.addresses.append(frame.url))

    def expect_answer(self, status: int, path: str) -> None:
        """From now on this unhappy answer is part of the test, and it has to come. `path` is a whole-path pattern."""
        self._expected[Expected(status, re.compile(path))] = 0

    def verdict(self) -> list[str]:
        """Every problem seen, and the expected answers that never came."""
        missing = [f"never came: {e.status} of {e.path.pattern}" for e, times in self._expected.items() if not times]
        return [*self.problems, *missing]

    async def open(self, place: str = "/") -> None:
        """Type an address of the panel, as `/admin/buffer`, and wait for its scripts."""
        await self.page.goto(f"{self.url}/#{place}")

    async def log_in(self, email: str = DEFAULT_ADMIN_EMAIL, password: str = DEFAULT_ADMIN_PASSWORD) -> None:
        """Open the panel and enter; returns on the first screen."""
        await self.open()
        await self.fill_login(email, password)
        await self.heading().wait_for()

    async def fill_login(self, email: str = DEFAULT_ADMIN_EMAIL, password: str = DEFAULT_ADMIN_PASSWORD) -> None:
        await self.page.get_by_label("E-mail").fill(email)
        await self.page.get_by_label("Senha", exact=True).fill(password)
        await self.page.get_by_role("button", name="Entrar").click()
        await self.page.get_by_label("E-mail").wait_for(state="detached")

    async def expect_place(self, place: str) -> None:
        """Wait until the address is this one."""
        await expect(self.page).to_have_url(f"{self.url}/#{place}")

    def heading(self) -> Locator:
        return self.page.get_by_role("heading", level=1)

    async def settled(self) -> None:
        """Wait until nothing on the screen says that it is still loading."""
        await self.page.wait_for_function("() => !document.body.textContent.includes('Carregando…')")

    async def wait_figures(self, wanted: dict[str, str], label: str = "Totais") -> None:
        """Wait until these figures stand in the dashboard."""
        for name, value in wanted.items():
            figure = self.page.get_by_label(label).locator("div").filter(has=self.page.get_by_text(name, exact=True))
            await expect(figure.get_by_role("definition")).to_have_text(value)

    async def overflow(self) -> list[str]:
        """Nothing when the page fits the width of the screen, else what sticks out of it."""
        found: list[str] = await self.page.evaluate(_OVERFLOW, self.width)
        return found

    @property
    def width(self) -> int:
        size = self.page.viewport_size
        assert size is not None
        return size["width"]

    def _ours(self, address: str) -> bool:
        return urlsplit(address).netloc == urlsplit(self.url).netloc

    def _is_expected(self, address: str, status: int | None = None) -> bool:
        path = urlsplit(address).path
        for expected in self._expected:
            if expected.path.fullmatch(path) and status in (None, expected.status):
                if status is not None:
                    self._expected[expected] += 1
                return True
        return False

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        place = message.location["url"]
        if message.text.startswith("Failed to load resource") and self._is_expected(place):
            return
        self.problems.append(f"console {message.type}: {message.text} ({place})")

    def _on_exception(self, error: Error) -> None:
        self.problems.append(f"exception: {error.message}\n{error.stack}")

    def _on_request(self, request: Request) -> None:
        if urlsplit(request.url).scheme in ("http", "https"):
            self.addresses.append(request.url)
            if not self._ours(request.url):
                self.problems.append(f"asked another host: {request.url}")

    def _on_failure(self, request: Request) -> None:
        # A reading the panel itself gave up, because its screen was left, is no failure.
        given_up = request.method == "GET" and request.failure == "net::ERR_ABORTED"
        if not given_up:
            self.problems.append(f"failed: {request.method} {request.url}: {request.failure}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 400 and not self._is_expected(response.url, response.status):
            self.problems.append(f"answered {response.status}: {response.request.method} {response.url}")


_OVERFLOW = """width => {
  const root = document.documentElement;
  const beyond = e => e.getBoundingClientRect().right > width + 0.5 || e.getBoundingClientRect().left < -0.5;
  const named = e => `${e.tagName}.${e.className} reaches ${e.getBoundingClientRect().right} px`;
  const over = [...document.querySelectorAll("[role=dialog], [role=menu]")].filter(beyond).map(named);
  if (root.scrollWidth <= width && window.innerWidth <= width) return over;
  const wide = [...document.querySelectorAll("body *")].filter(beyond).slice(0, 5).map(named);
  return [`the page is ${root.scrollWidth} px wide`, ...wide, ...over];
}"""
