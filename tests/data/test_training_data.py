"""Training data as data: what `rasa data validate` does not see, and what a changed topic or term must not forget."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from typing import Any

import pytest
import yaml

from actions.answer import ActionAnswer
from bot.guidance.slots import SLOTS
from bot.knowledge.lookups import ENTITIES, lookup_file
from tests.guidance_support import ROOT, content

FEWEST_EXAMPLES = 40
FROM_BUTTONS_ONLY = {"choose", "ask_several"}  # one comes from a chosen button, the other from the clause splitter
OUT_OF_SCOPE = "out_of_scope_"
ANNOTATION = re.compile(r"\[([^\]]+)\](?:\((\w+)\)|\{[^}]*\"entity\": ?\"(\w+)\"[^}]*\})")


def read(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


@cache
def domain() -> dict[str, Any]:
    found: dict[str, Any] = read("domain.yml")
    return found


@cache
def examples() -> dict[str, list[tuple[str, str]]]:
    """Intent -> (file, example as written)."""
    found: dict[str, list[tuple[str, str]]] = {}
    for path in sorted((ROOT / "data/nlu").glob("*.yml")):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8")).get("nlu") or ():
            if "intent" in entry:
                lines = [line.removeprefix("- ").strip() for line in str(entry["examples"]).splitlines()]
                found.setdefault(entry["intent"], []).extend((path.name, line) for line in lines if line)
    return found


def plain(example: str) -> str:
    """An example without annotations, case, punctuation and spare blanks."""
    return " ".join(re.findall(r"[\w&£%/]+", ANNOTATION.sub(r"\1", example).replace("’", "'").casefold()))


def ruled_intents() -> dict[str, list[str]]:
    """Intent -> actions that its rules run."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "data/rules").glob("*.yml")):
        for rule in yaml.safe_load(path.read_text(encoding="utf-8"))["rules"]:
            intents = [s["intent"] for s in rule["steps"] if "intent" in s]
            actions = [s["action"] for s in rule["steps"] if "action" in s]
            for intent in intents:
                found.setdefault(intent, []).extend(actions)
    return found


def test_every_intent_has_examples_enough():
    few = {i: len(examples().get(i, ())) for i in domain()["intents"] if i not in FROM_BUTTONS_ONLY}
    assert {i: n for i, n in few.items() if n < FEWEST_EXAMPLES} == {}


def test_intents_of_buttons_have_no_examples():
    assert [i for i in FROM_BUTTONS_ONLY if i in examples()] == []


def test_every_example_is_of_an_intent_in_the_domain():
    assert sorted(set(examples()) - set(domain()["intents"])) == []


def test_no_intent_is_named_twice():
    assert [i for i, n in Counter(domain()["intents"]).items() if n > 1] == []


@pytest.mark.parametrize("topic", [t["id"] for t in read("content/common/topics.yml")])
def test_every_topic_has_an_intent_a_file_of_examples_and_a_rule(topic):
    intent = f"ask_{topic}"
    assert intent in domain()["intents"]
    assert {file for file, _ in examples()[intent]} == {f"{topic}.yml"}
    assert ruled_intents()[intent] == ["action_answer"]


def test_every_file_of_examples_belongs_to_a_topic_or_a_group():
    known = {t.id for t in content().common.topics} | {"small_talk", "control", "out_of_scope", "lookups"}
    assert [p.name for p in (ROOT / "data/nlu").glob("*.yml") if p.stem not in known] == []


def test_every_intent_is_used_by_a_rule_and_every_rule_uses_an_intent():
    assert sorted(ruled_intents()) == sorted(domain()["intents"])


def test_every_rule_answers_once():
    assert {i: a for i, a in ruled_intents().items() if a != ["action_answer"]} == {}


def test_no_text_stands_under_two_intents_or_twice_under_one():
    seen: dict[str, list[str]] = {}
    for intent, found in examples().items():
        for file, example in found:
            seen.setdefault(plain(example) or example, []).append(f"{intent} ({file})")
    assert {text: where for text, where in seen.items() if len(where) > 1} == {}


def test_every_entity_is_annotated_and_every_annotation_is_an_entity():
    marked = Counter(
        name
        for found in examples().values()
        for _, example in found
        for match in ANNOTATION.finditer(example)
        for name in match.groups()[1:]
        if name
    )
    wanted = set(domain()["entities"]) - {"choice"}  # comes from a chosen button
    assert set(marked) == wanted
    assert {e: marked[e] for e in wanted if marked[e] < 2} == {}


def test_entities_are_those_that_the_content_gives_words_for():
    assert sorted(domain()["entities"]) == sorted([*ENTITIES, "choice"])


def test_lookups_are_up_to_date():
    written = (ROOT / "data/nlu/lookups.yml").read_text(encoding="utf-8")
    assert written == lookup_file(content()), "run `signpost content lookups`, then train again"


def test_every_lookup_has_words():
    tables = {e["lookup"]: e["examples"].split("\n") for e in read("data/nlu/lookups.yml")["nlu"]}
    assert sorted(tables) == sorted(ENTITIES)
    assert {name for name, words in tables.items() if len([w for w in words if w]) < 2} == set()


def test_every_kind_out_of_scope_has_a_pointer_and_every_pointer_an_intent():
    kinds = {i.removeprefix(OUT_OF_SCOPE) for i in domain()["intents"] if i.startswith(OUT_OF_SCOPE)}
    pointers = {p.kind for p in content().common.pointers}
    assert (sorted(kinds - pointers), sorted(pointers - kinds)) == ([], [])


def test_every_small_talk_is_the_wording_of_an_intent():
    wording = content().common.wording
    assert wording is not None
    assert [key for key in wording.small_talk if key not in domain()["intents"]] == []


def test_slots_are_those_of_the_memory_and_steer_nothing():
    assert sorted(domain()["slots"]) == sorted(SLOTS)
    assert [n for n, slot in domain()["slots"].items() if slot["type"] != "any"] == []


def test_actions_of_the_domain_exist():
    assert domain()["actions"] == [ActionAnswer().name()]
