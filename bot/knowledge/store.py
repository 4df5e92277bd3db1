"""The knowledge store: content in a database, loaded all or nothing, read one authority at a time.

SQLAlchemy 2; SQLite by default, any database by URL. The store is rebuilt from the content files, so it needs no
migrations: a store of another shape is dropped and made again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter
from sqlalchemy import (
    JSON,
    Engine,
    ForeignKey,
    LargeBinary,
    String,
    create_engine,
    delete,
    event,
    inspect,
    select,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from bot.knowledge.content import FORMAT, AreaContent, CommonContent, Content

Vectors = np.ndarray
Embed = Callable[[Sequence[str]], Vectors]
VECTOR_BYTES = 384 * 4


class Base(DeclarativeBase):
    """Base of the store's tables."""


class StampRow(Base):
    """The one row that says which content is loaded; every process compares its version with this."""

    __tablename__ = "stamp"
    id: Mapped[int] = mapped_column(primary_key=True)
    format: Mapped[int]
    version: Mapped[str] = mapped_column(String(12))
    lookups: Mapped[str] = mapped_column(String(12))
    loaded_at: Mapped[datetime]


class CommonRow(Base):
    """What all authorities share, as one record."""

    __tablename__ = "common"
    id: Mapped[int] = mapped_column(primary_key=True)
    record: Mapped[dict[str, object]] = mapped_column(JSON)


class AreaRow(Base):
    """An authority with its routes, services, places and terms (not its statements)."""

    __tablename__ = "area"
    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    position: Mapped[int]
    record: Mapped[dict[str, object]] = mapped_column(JSON)


class StatementRow(Base):
    """A statement."""

    __tablename__ = "statement"
    id: Mapped[str] = mapped_column(String(200), primary_key=True)
    area_id: Mapped[str] = mapped_column(ForeignKey("area.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    text: Mapped[str]
    record: Mapped[dict[str, object]] = mapped_column(JSON)


class TopicRow(Base):
    """Which statements belong to which topic."""

    __tablename__ = "statement_topic"
    statement_id: Mapped[str] = mapped_column(ForeignKey("statement.id", ondelete="CASCADE"), primary_key=True)
    topic: Mapped[str] = mapped_column(String(60), primary_key=True, index=True)


class SourceRow(Base):
    """Which statements rest on which paragraph."""

    __tablename__ = "statement_source"
    statement_id: Mapped[str] = mapped_column(ForeignKey("statement.id", ondelete="CASCADE"), primary_key=True)
    document: Mapped[str] = mapped_column(String(60), primary_key=True)
    paragraph: Mapped[int] = mapped_column(primary_key=True)


class PhraseRow(Base):
    """A text by which a statement is found: its own wording or a question that it answers."""

    __tablename__ = "phrase"
    id: Mapped[int] = mapped_column(primary_key=True)
    statement_id: Mapped[str] = mapped_column(ForeignKey("statement.id", ondelete="CASCADE"), index=True)
    area_id: Mapped[str] = mapped_column(String(60), index=True)
    is_question: Mapped[bool]
    text: Mapped[str]
    vector: Mapped[bytes] = mapped_column(LargeBinary)


class VectorRow(Base):
    """Vectors already computed, kept over loads: key = hash of the text."""

    __tablename__ = "vector"
    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    vector: Mapped[bytes] = mapped_column(LargeBinary)


@dataclass(frozen=True)
class Stamp:
    """Which content is loaded, and since when (UTC)."""

    version: str
    lookups: str
    loaded_at: datetime


@dataclass(frozen=True)
class Phrases:
    """The phrases of one authority. `vectors` has shape (n, 384), rows of length 1, in the order of the others."""

    statement_ids: tuple[str, ...]
    texts: tuple[str, ...]
    is_question: tuple[bool, ...]
    vectors: Vectors


_AREA = TypeAdapter(AreaContent)
_COMMON = TypeAdapter(CommonContent)


class StoreEmptyError(Exception):
    """No content has been loaded yet: run `signpost content load`."""


class Store:
    """The database. Reading never changes it; `load` replaces everything in one transaction."""

    def __init__(self, url: str) -> None:
        if url.startswith("sqlite:///"):
            Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
        self.engine: Engine = create_engine(url, pool_pre_ping=True)
        if url.startswith("sqlite"):
            event.listen(self.engine, "connect", _prepare_sqlite)

    def stamp(self) -> Stamp | None:
        """What is loaded, or None."""
        if not inspect(self.engine).has_table("stamp"):
            return None
        with Session(self.engine) as session:
            row = session.scalar(select(StampRow))
            if row is None or row.format != FORMAT:
                return None
            return Stamp(row.version, row.lookups, row.loaded_at.replace(tzinfo=UTC))

    def load(self, content: Content, embed: Embed, now: datetime | None = None) -> Stamp:
        """Replace everything by `content`. On any error the store is as it was.

        Args:
            content: checked content (no faults).
            embed: texts -> vectors, shape (n, 384); called only for texts never seen before.
        """
        if self.stamp() is None:
            Base.metadata.drop_all(self.engine)
        Base.metadata.create_all(self.engine)
        stamp = Stamp(content.version, content.lookups, now or datetime.now(UTC))
        with Session(self.engine) as session, session.begin():
            for table in (PhraseRow, SourceRow, TopicRow, StatementRow, AreaRow, CommonRow, StampRow):
                session.execute(delete(table))
            session.add(CommonRow(id=1, record=_COMMON.dump_python(content.common, mode="json", by_alias=True)))
            for position, area in enumerate(content.areas):
                self._add_area(session, area, position, embed)
            session.add(
                StampRow(
                    id=1,
                    format=FORMAT,
                    version=stamp.version,
                    lookups=stamp.lookups,
                    loaded_at=stamp.loaded_at,
                )
            )
        return stamp

    def _add_area(self, session: Session, area: AreaContent, position: int, embed: Embed) -> None:
        record = _AREA.dump_python(area, mode="json", by_alias=True)
        statements = record.pop("statements")
        session.add(AreaRow(id=area.authority.id, name=area.authority.name, position=position, record=record))
        session.flush()
        phrases: list[tuple[str, bool, str]] = []
        for number, (statement, dumped) in enumerate(zip(area.statements, statements, strict=True)):
            session.add(
                StatementRow(
                    id=statement.id,
                    area_id=area.authority.id,
                    position=number,
                    kind=statement.kind.value,
                    text=statement.text,
                    record=dumped,
                )
            )
            phrases.append((statement.id, False, statement.text))
            phrases += [(statement.id, True, q) for q in dict.fromkeys(statement.asked_as)]
        session.flush()  # the statements first: the rows below refer to them
        for statement in area.statements:
            topics = dict.fromkeys(statement.topics)
            session.add_all(TopicRow(statement_id=statement.id, topic=t) for t in topics)
            paragraphs = dict.fromkeys((r.document, r.paragraph) for r in statement.source)
            session.add_all(SourceRow(statement_id=statement.id, document=d, paragraph=p) for d, p in paragraphs)
        vectors = self._vectors(session, [text for _, _, text in phrases], embed)
        session.add_all(
            PhraseRow(statement_id=i, area_id=area.authority.id, is_question=q, text=t, vector=v)
            for (i, q, t), v in zip(phrases, vectors, strict=True)
        )

    def _vectors(self, session: Session, texts: list[str], embed: Embed) -> list[bytes]:
        keys = [hashlib.sha256(t.encode()).hexdigest()[:32] for t in texts]
        known: dict[str, bytes] = {}
        for start in range(0, len(keys), 500):
            rows = session.scalars(select(VectorRow).where(VectorRow.key.in_(keys[start : start + 500])))
            known.update({row.key: row.vector for row in rows})
        missing = {k: t for k, t in zip(keys, texts, strict=True) if k not in known}
        if missing:
            made = embed(list(missing.values())).astype(np.float32)
            for key, vector in zip(missing, made, strict=True):
                known[key] = vector.tobytes()
                session.add(VectorRow(key=key, vector=known[key]))
        return [known[k] for k in keys]

    def areas(self) -> tuple[tuple[str, str], ...]:
        """(id, name) of every authority, in order."""
        with Session(self.engine) as session:
            return tuple((r.id, r.name) for r in session.scalars(select(AreaRow).order_by(AreaRow.position)))

    def common(self) -> CommonContent:
        """What all authorities share. Raises StoreEmptyError before the first load."""
        if self.stamp() is None:
            raise StoreEmptyError
        with Session(self.engine) as session:
            row = session.get(CommonRow, 1)
            if row is None:
                raise StoreEmptyError
            return _COMMON.validate_python(row.record)

    def area(self, area_id: str) -> AreaContent | None:
        """Everything about one authority, or None where there is none of that id."""
        with Session(self.engine) as session:
            row = session.get(AreaRow, area_id)
            if row is None:
                return None
            query = select(StatementRow).where(StatementRow.area_id == area_id).order_by(StatementRow.position)
            statements = [s.record for s in session.scalars(query)]
            return _AREA.validate_python({**row.record, "statements": statements})

    def phrases(self, area_id: str) -> Phrases:
        """The phrases of one authority, with their vectors."""
        with Session(self.engine) as session:
            query = select(PhraseRow).where(PhraseRow.area_id == area_id).order_by(PhraseRow.id)
            rows = list(session.scalars(query))
        raw = b"".join(r.vector for r in rows)
        vectors = (
            np.frombuffer(raw, dtype=np.float32).reshape(len(rows), -1) if rows else np.zeros((0, 384), np.float32)
        )
        return Phrases(
            tuple(r.statement_id for r in rows),
            tuple(r.text for r in rows),
            tuple(r.is_question for r in rows),
            vectors,
        )


def _prepare_sqlite(connection: object, _: object) -> None:
    cursor = connection.cursor()  # type: ignore[attr-defined]
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA busy_timeout=5000")
    cursor.close()
