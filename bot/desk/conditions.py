"""Conditions in words, for people who check them. The words stand in words/content.yml under `condition:`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.knowledge.content import CommonContent
from bot.knowledge.model import Condition, Unit

BOUNDS = ("at_least", "more_than", "at_most", "less_than")


def amount_in_words(number: float, unit: Unit, units: Mapping[str, Sequence[str]]) -> str:
    """A number with its unit: "1 week", "6 weeks". `units`: unit -> its name for one and for several."""
    one, several = units[unit.value]
    return f"{number:g} {one if number == 1 else several}"


class ConditionWords:
    """Puts conditions into words: "EHCP: yes, and (Placement at risk: yes, or Year group: at least 7)".

    Args:
        words: those of words/content.yml: patterns under `condition:`, names of units under `units:`.
    """

    def __init__(self, common: CommonContent, words: Mapping[str, Any]) -> None:
        self._facts = {f.id: f.label for f in common.facts}
        self._needs = {n.id: n.name for n in common.needs}
        self._words: Mapping[str, str] = words["condition"]
        self._units: Mapping[str, Sequence[str]] = words["units"]

    def said(self, condition: Condition) -> str:
        """A condition in words. Every fact, value and figure of it is in them."""
        return self._said(condition, inside=False)

    def _said(self, condition: Condition, *, inside: bool) -> str:
        for joint, parts in (("and", condition.all), ("or", condition.any)):
            if parts is not None:
                text = self._words[joint].join(self._said(p, inside=True) for p in parts)
                return self._words["group"].format(part=text) if inside and len(parts) > 1 else text
        if condition.not_ is not None:
            if self._is_plain(condition.not_):
                return self._words["no"].format(fact=self._fact(condition.not_))
            return self._words["not"].format(part=self._said(condition.not_, inside=False))
        tests = list(self._tests(condition))
        if not tests:
            return self._words["yes"].format(fact=self._fact(condition))
        return self._words["is"].format(fact=self._fact(condition), values=self._words["both"].join(tests))

    def _tests(self, condition: Condition) -> Iterator[str]:
        if isinstance(condition.is_, bool):
            yield self._words["true" if condition.is_ else "false"]
        elif condition.is_ is not None:
            yield self._value(condition.is_)
        if condition.in_ is not None:
            yield self._words["or"].join(self._value(v) for v in condition.in_)
        if condition.only is not None:
            yield self._words["only"].format(values=self._words["or"].join(self._value(v) for v in condition.only))
        for name in BOUNDS:
            bound = getattr(condition, name)
            if bound is not None:
                yield self._words[name].format(number=f"{bound:g}")
        if condition.within is not None:
            amount = amount_in_words(condition.within.at_most, condition.within.unit, self._units)
            yield self._words["within"].format(amount=amount)

    def _fact(self, condition: Condition) -> str:
        return self._facts.get(condition.fact or "", condition.fact or "")

    def _value(self, value: str) -> str:
        return self._needs.get(value, value.replace("-", " "))

    @staticmethod
    def _is_plain(condition: Condition) -> bool:
        """Whether it is a fact without a test."""
        return condition.fact is not None and len(condition.model_dump(exclude_none=True)) == 1
