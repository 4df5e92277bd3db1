"""Texts that ask alike, put into groups: average linkage, so that one odd text does not chain two groups together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

LIKE = 0.55  # least mean cosine of two groups that become one; see docs/learning.md

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Group:
    """Texts that ask alike. `members`: places in what was grouped, rising; `text`: the one that is most like all."""

    members: tuple[int, ...]
    text: str


def grouped(texts: Sequence[str], vectors: np.ndarray, least: float = LIKE) -> list[Group]:
    """Put texts into groups, the largest first, then by their text.

    Two groups become one while their texts are alike by `least` or more in the mean. Equal texts are one, so that a
    text asked often does not pull others to it. The groups do not depend on the order of the texts, as long as equal
    texts have equal vectors. Takes time and memory with the square of the number of different texts: 2,000 take about
    a quarter of a second and 32 MB.

    Args:
        texts: any number, any content; a text whose vector is zero stays alone.
        vectors: shape (len(texts), any), rows of length 1 or 0.
        least: cosine, more than 0 and at most 1.
    Returns: every text is in exactly one group.
    Raises: ValueError: another number of vectors than of texts, or `least` out of its range.
    """
    if len(texts) != len(vectors):
        raise ValueError(f"{len(texts)} texts and {len(vectors)} vectors")
    if not 0 < least <= 1:
        raise ValueError(f"least is {least}")
    places: dict[str, list[int]] = {}
    for place, text in enumerate(texts):
        places.setdefault(text, []).append(place)
    different = sorted(places, key=lambda text: (text.casefold(), text))
    if not different:
        return []
    rows = np.asarray([vectors[places[text][0]] for text in different], dtype=np.float64)
    alike = np.round(rows @ rows.T, 9)  # so that the last digits, which depend on the machine, decide nothing
    found = [
        _group([different[n] for n in numbers], alike[np.ix_(numbers, numbers)], places)
        for numbers in _linked(alike.copy(), least)
    ]
    return sorted(found, key=lambda group: (-len(group.members), group.text.casefold(), group.text))


def _group(texts: list[str], alike: Matrix, places: dict[str, list[int]]) -> Group:
    return Group(
        members=tuple(sorted(place for text in texts for place in places[text])),
        text=texts[int(np.argmax(np.round(alike.sum(axis=1), 6)))],
    )


def _linked(alike: Matrix, least: float) -> list[list[int]]:
    """Rows in groups, by the nearest-neighbour chain: each step looks at one row. `alike` is used up.

    A group whose nearest neighbour is not alike enough is done: joining others never brings one nearer to it.
    """
    count = len(alike)
    np.fill_diagonal(alike, -np.inf)
    members: dict[int, list[int]] = {number: [number] for number in range(count)}
    done: list[list[int]] = []
    chain: list[int] = []

    def leave(number: int) -> list[int]:
        alike[number, :] = alike[:, number] = -np.inf
        return members.pop(number)

    while members:
        if not chain:
            chain.append(min(members))
        last = chain[-1]
        nearest = int(np.argmax(alike[last]))
        if alike[last, nearest] < least:
            chain.pop()
            done.append(sorted(leave(last)))
            continue
        before = chain[-2] if len(chain) > 1 else None
        if before is None or alike[last, before] < alike[last, nearest]:
            chain.append(nearest)
            continue
        del chain[-2:]
        mine, theirs = len(members[last]), len(members[before])
        joined = (mine * alike[last] + theirs * alike[before]) / (mine + theirs)
        members[last] += leave(before)
        joined[[last, before]] = -np.inf
        alike[last, :] = alike[:, last] = joined
    return done
