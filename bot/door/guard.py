"""The privacy guard: what is typed is looked through here before anything else may see or keep it."""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Protocol


class MaskedSpan(Protocol):
    """A place that was masked."""

    @property
    def kind(self) -> str:
        """What stood there."""


class MaskedText(Protocol):
    """What masking gives (bot.privacy.Masked)."""

    @property
    def text(self) -> str:
        """The text without personal data."""

    @property
    def found(self) -> Sequence[str]:
        """Kinds of what was masked, never the data."""

    @property
    def spans(self) -> Sequence[MaskedSpan]:
        """Each place that was masked."""


Mask = Callable[[str], MaskedText]
IsDisclosure = Callable[[str], object]
Correct = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Inspected:
    """`text` is masked, `corrected` also spelt right; both are "" for a disclosure, of which nothing may go on.

    `counts`: how often each kind was masked.
    """

    text: str
    corrected: str = ""
    masked_kinds: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    is_disclosure: bool = False


class Guard:
    """Runs masking off the event loop, one message after the other.

    One thread, since spaCy is not promised to be thread-safe; first come, first served.
    """

    def __init__(self, mask: Mask, is_disclosure: IsDisclosure, correct: Correct = str) -> None:
        self._mask = mask
        self._correct = correct
        self._is_disclosure = is_disclosure
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="guard")

    async def inspect(self, text: str, *, is_read: bool = False) -> Inspected:
        """Look a message through. Whatever the guard raises is raised: unguarded text must not go on.

        `is_read`: somebody whose work it is has read it and says that it discloses no harm; it is masked all the same.
        """
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._inspect, text, is_read)

    def close(self) -> None:
        """Stop the thread."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _inspect(self, text: str, is_read: bool) -> Inspected:
        if not is_read and self._is_disclosure(text):
            return Inspected("", is_disclosure=True)
        masked = self._mask(text)
        kinds = _sorted_once(masked.found)
        counts = Counter(span.kind for span in masked.spans)
        return Inspected(masked.text, self._correct(masked.text), kinds, counts)


def _sorted_once(kinds: Collection[str]) -> tuple[str, ...]:
    return tuple(sorted({str(kind) for kind in kinds}))
