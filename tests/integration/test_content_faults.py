"""Every fault of bad content is reported at once, by file, line, id and field, and what was loaded stays."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import yaml

from bot.knowledge.content import Read, read_content
from bot.knowledge.store import Store

CONTENT = Path(__file__).parents[2] / "content"
GOOD = """\
- id: suffolk/extra/one
  text: SES does this.
  topics: [review]
  force: does
  source: [{document: core-offer, paragraph: 8}]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "content"
    shutil.copytree(CONTENT, copy)
    return copy


def extra(folder: Path, text: str | bytes, name: str = "suffolk/statements/extra.yml") -> Read:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_content(folder)


def test_the_content_as_it_stands_has_no_fault() -> None:
    assert [str(f) for f in read_content(CONTENT).faults] == []


@pytest.mark.parametrize(
    ("change", "line", "field", "complaint"),
    [
        (lambda t: t.replace("force: does", "force: does\n  colour: red"), 5, "colour", "unknown key"),
        (lambda t: t.replace("  force: does\n", ""), 1, "force", "is missing"),
        (lambda t: t.replace("[review]", "[nonsense]"), 3, "topics", "no topic is called nonsense"),
        (lambda t: t.replace("paragraph: 8", "paragraph: 800"), 5, "source.0", "has no paragraph 800"),
        (lambda t: t.replace("core-offer", "no-such"), 5, "source.0", "has no paragraph"),
        (lambda t: t.replace("suffolk/extra/one", "norfolk/extra/one"), 1, "id", "must begin with suffolk/"),
        (lambda t: t + GOOD, 6, "id", "another statement has this id too"),
        (lambda t: t + "  otherwise: suffolk/no/such\n", 6, "otherwise", "no statement is called"),
        (lambda t: t + "  routes: [nowhere]\n", 6, "routes", "no route or group is called nowhere"),
        (lambda t: t + "  when: {fact: colour}\n", 6, "when", "no fact is called colour"),
        (lambda t: t + "  when: {fact: ehcp, at_least: 3}\n", 6, "when", "is no number"),
        (lambda t: t + "  when: {fact: needs, in: [cold-feet]}\n", 6, "when", "is never cold-feet"),
        (lambda t: t + "  value: {at_least: 9, at_most: 4, unit: week}\n", 6, "value", "impossible bounds"),
        (lambda t: t.replace("  source: [{document: core-offer, paragraph: 8}]\n", ""), 1, "", "source is missing"),
    ],
)
def test_a_fault_names_file_line_id_and_field(
    folder: Path, change: Callable[[str], str], line: int, field: str, complaint: str
) -> None:
    faults = extra(folder, change(GOOD)).faults
    found = [f for f in faults if f.file == "suffolk/statements/extra.yml" and complaint in f.message]
    assert found, [str(f) for f in faults]
    assert (found[0].line, found[0].field) == (line, field)
    assert found[0].id.endswith("/extra/one")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (b"", "the file is empty"),
        (b"# nothing\n", "the file is empty"),
        ("- id: \u00e9".encode("latin-1"), "not UTF-8"),
        (b"- id: [unclosed", "broken YAML"),
        (b"- {id: a, id: b}", "key written twice"),
        (b"id: suffolk/a/b", "a list of records is expected"),
        (b"- just a word", "valid dictionary"),
        (b"- !!python/object/apply:os.system ['true']", "broken YAML"),
    ],
)
def test_a_broken_file_is_a_fault_not_an_error(folder: Path, text: bytes, complaint: str) -> None:
    faults = extra(folder, text).faults
    assert any(complaint in f.message for f in faults), [str(f) for f in faults]


def test_all_faults_come_in_one_report(folder: Path) -> None:
    bad = GOOD.replace("force: does", "force: maybe").replace("[review]", "[]").replace("SES does this.", "")
    (folder / "milton-keynes" / "services.yml").write_text("- {id: x}\n")
    faults = extra(folder, bad).faults
    here = {f.field for f in faults if f.file.endswith("extra.yml")}
    assert {"force", "topics", "text"} <= here
    assert any(f.file == "milton-keynes/services.yml" and f.field == "name" for f in faults)


def zeros(texts: list[str]) -> np.ndarray:
    return np.zeros((len(texts), 384), dtype=np.float32)


def test_loading_is_all_or_nothing(folder: Path, tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'knowledge.db'}")
    content = read_content(folder).content
    first = store.load(content, zeros)  # type: ignore[arg-type]
    before = store.area("suffolk")
    changed = extra(folder, GOOD).content
    assert changed.version != content.version

    def fails(texts: object) -> np.ndarray:
        raise RuntimeError("the embedding fails half-way")

    with pytest.raises(RuntimeError):
        store.load(changed, fails)
    assert store.stamp() == first
    assert store.area("suffolk") == before
    store.load(changed, zeros)  # type: ignore[arg-type]
    after = store.area("suffolk")
    assert after is not None
    assert "suffolk/extra/one" in {s.id for s in after.statements}


def test_what_is_loaded_is_what_was_written(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'knowledge.db'}")
    content = read_content(CONTENT).content
    store.load(content, zeros)  # type: ignore[arg-type]
    assert store.common() == content.common
    assert tuple(store.area(a.authority.id) for a in content.areas) == content.areas


def test_lookups_change_only_when_words_change(folder: Path) -> None:
    before = read_content(folder).content
    assert extra(folder, GOOD).content.lookups == before.lookups
    places = folder / "suffolk" / "places.yml"
    data = yaml.safe_load(places.read_text())
    data["places"].append("newly-built-on-sea")
    places.write_text(yaml.safe_dump(data))
    assert read_content(folder).content.lookups != before.lookups
