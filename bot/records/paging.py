"""Long lists, page by page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

PER_PAGE = 25


@dataclass(frozen=True)
class Page[T]:
    """One page of a list. `number`: from 1; `total`: of all pages; `counts`: how many there are of each kind."""

    items: tuple[T, ...]
    number: int
    total: int
    per_page: int = PER_PAGE
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def pages(self) -> int:
        """How many pages there are, at least 1."""
        return pages_of(self.total, self.per_page)


def pages_of(total: int, per_page: int = PER_PAGE) -> int:
    """How many pages so many lines make, at least 1."""
    return max(1, -(-total // per_page))


def within(number: int, total: int, per_page: int = PER_PAGE) -> int:
    """The page to show when somebody asks for page `number`: the nearest that there is."""
    return min(max(1, number), pages_of(total, per_page))
