"""The store: read back as written, embedded once, made again when its shape is another's, whole on other databases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text

from bot.guidance.service import knowledge_of
from bot.knowledge.content import Content
from bot.knowledge.store import Store, StoreEmptyError
from tests.guidance_support import AREAS, content


class CountingEmbed:
    """A vector for each text, told by its length, and how often it was asked."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        self.texts += texts
        rows = np.zeros((len(texts), 384), np.float32)
        rows[np.arange(len(texts)), [len(t) % 384 for t in texts]] = 1.0
        return rows


@pytest.fixture
def embed() -> CountingEmbed:
    return CountingEmbed()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    found = Store(f"sqlite:///{tmp_path / 'below' / 'knowledge.db'}")
    yield found
    found.engine.dispose()


def with_text(changed: str) -> Content:
    """The content with one statement reworded."""
    area = content().areas[0]
    first = area.statements[0].model_copy(update={"text": changed})
    return replace(content(), areas=(replace(area, statements=(first, *area.statements[1:])), *content().areas[1:]))


def test_an_empty_store_says_that_it_is_empty(store):
    assert store.stamp() is None
    with pytest.raises(StoreEmptyError):
        store.common()
    with pytest.raises(StoreEmptyError):
        knowledge_of(store)


def test_everything_is_read_back_as_it_was_written(store, embed):
    stamp = store.load(content(), embed)
    known = knowledge_of(store)
    assert store.stamp() == stamp
    assert (stamp.version, stamp.lookups) == (content().version, content().lookups)
    assert (known.version, known.common) == (content().version, content().common)
    assert {i: a.content for i, a in known.areas.items()} == {a.authority.id: a for a in content().areas}
    assert store.areas() == tuple((a.authority.id, a.authority.name) for a in content().areas)
    assert store.area("norfolk") is None


@pytest.mark.parametrize("area_id", AREAS)
def test_phrases_are_the_texts_and_questions_of_the_statements_with_their_vectors(store, embed, area_id):
    store.load(content(), embed)
    phrases = store.phrases(area_id)
    area = next(a for a in content().areas if a.authority.id == area_id)
    wanted = [(s.id, t) for s in area.statements for t in (s.text, *dict.fromkeys(s.asked_as))]
    assert list(zip(phrases.statement_ids, phrases.texts, strict=True)) == wanted
    assert [t for t, q in zip(phrases.texts, phrases.is_question, strict=True) if not q] == [
        s.text for s in area.statements
    ]
    assert np.array_equal(phrases.vectors, CountingEmbed()(phrases.texts))


def test_only_texts_never_seen_are_embedded(store, embed):
    store.load(content(), embed)
    assert len(embed.texts) == len(set(embed.texts))
    embed.texts.clear()
    store.load(content(), embed)
    assert embed.texts == []
    store.load(with_text("Something else is said here."), embed)
    assert embed.texts == ["Something else is said here."]
    store.load(content(), embed)
    assert embed.texts == ["Something else is said here."]


def test_loading_twice_leaves_one_of_each(store, embed):
    store.load(content(), embed)
    store.load(with_text("Something else is said here."), embed)
    with store.engine.connect() as connection:
        counts = {
            t: connection.execute(text(f"select count(*) from {t}")).scalar() for t in ("stamp", "area", "statement")
        }
    assert counts == {"stamp": 1, "area": len(AREAS), "statement": sum(len(a.statements) for a in content().areas)}


def test_a_store_of_another_format_is_made_again(store, embed):
    store.load(content(), embed)
    with store.engine.begin() as connection:
        connection.execute(text("update stamp set format = 0"))
    assert store.stamp() is None
    store.load(content(), embed)
    assert knowledge_of(store).version == content().version


def test_statements_of_an_area_are_gone_with_it(store, embed):
    store.load(content(), embed)
    with store.engine.begin() as connection:
        connection.execute(text("delete from area where id = 'suffolk'"))
        left = connection.execute(text("select count(*) from statement where area_id = 'suffolk'")).scalar()
    assert left == 0


def test_two_processes_see_the_same(store, embed):
    store.load(content(), embed)
    other = Store(str(store.engine.url))
    assert other.stamp() == store.stamp()
    other.load(with_text("Something else is said here."), embed)
    assert store.stamp() == other.stamp()
    found = store.area(content().areas[0].authority.id)
    assert found is not None
    assert found.statements[0].text == "Something else is said here."
    other.engine.dispose()
