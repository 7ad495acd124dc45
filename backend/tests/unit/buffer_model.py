"""The model of the buffer that its stateful test compares Redis with: plain dictionaries and the rules of the window.

Written from the design, not from the scripts. Times are whole seconds of the test's own clock.
"""

from dataclasses import dataclass, field

from services.message_buffer import Batch, Window

# Thousands of seconds, so that the moments a step really takes never matter, and never a multiple of an advance.
STEP = 100
WINDOW = Window(1050, 3050, 3)
LEASE = 550.0
SHORT_LEASE = 250.0


@dataclass
class Entry:
    kind: str
    arrived: int


@dataclass
class Work:
    """The frozen batch of one conversation as the model sees it."""

    entries: dict[int, Entry]
    lease_ends: float
    holder: Batch | None = None
    handed: bool = False
    sealed: bool = False
    redo: bool = False


@dataclass
class Conversation:
    """Where each message of a conversation is. `turn` is what PostgreSQL would have in an unfinished turn."""

    waiting: dict[int, Entry] = field(default_factory=dict)
    work: Work | None = None
    forced: bool = False
    turn: set[int] = field(default_factory=set)
    forgotten: set[int] = field(default_factory=set)
    """To be answered, and lost by Redis: only the sweep can bring it back."""
    kinds: dict[int, str] = field(default_factory=dict)
    answered: list[tuple[int, ...]] = field(default_factory=list)

    def head(self) -> tuple[list[int], float]:
        """The messages of the next turn and when they are due."""
        ids = sorted(self.waiting)
        first = self.waiting[ids[0]]
        if first.kind == "s":
            return ids[:1], first.arrived
        group: list[int] = []
        for each in ids:
            if self.waiting[each].kind == "s" or len(group) == WINDOW.max_messages:
                break
            group.append(each)
        arrivals = [self.waiting[each].arrived for each in group]
        closed = len(group) < len(ids) or len(group) == WINDOW.max_messages
        if closed or self.forced:
            return group, min(arrivals)
        return group, min(max(arrivals) + WINDOW.seconds, min(arrivals) + WINDOW.max_seconds)

    def to_answer(self) -> set[int]:
        return set(self.kinds) - {each for group in self.answered for each in group}
