"""Read content files: YAML to records, with every fault named by file, line, id and field."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

Loc = tuple[int | str, ...]


@dataclass(frozen=True, order=True)
class Fault:
    """One fault of content. `line` counts from 1 (0: the file as a whole)."""

    file: str
    line: int
    id: str
    field: str
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        about = " ".join(p for p in (self.id, f"[{self.field}]" if self.field else "") if p)
        return f"{where}: {about + ': ' if about else ''}{self.message}"


class _UniqueKeyLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Safe YAML that refuses a key written twice (plain YAML silently keeps the last)."""

    def construct_yaml_timestamp(self, node: yaml.ScalarNode) -> object:
        """A date; one that cannot be (31 September) is a fault of the file, with its line."""
        try:
            return super().construct_yaml_timestamp(node)
        except ValueError as error:
            raise yaml.constructor.ConstructorError(None, None, f"{node.value}: {error}", node.start_mark) from None

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[object] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"key written twice: {key}", key_node.start_mark)
            seen.add(key)
        mapping: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return mapping


_UniqueKeyLoader.add_constructor("tag:yaml.org,2002:timestamp", _UniqueKeyLoader.construct_yaml_timestamp)


def _lines(node: yaml.Node, loc: Loc, found: dict[Loc, int]) -> None:
    found[loc] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            _lines(value, (*loc, str(key.value)), found)
            found[(*loc, str(key.value))] = key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            _lines(value, (*loc, number), found)


class ContentFile:
    """One YAML file with the lines of its parts.

    Faults of reading (missing, wrong encoding, broken YAML, empty) are added to `faults`; `data` is then None.
    """

    def __init__(self, path: Path, root: Path, faults: list[Fault]) -> None:
        self.name = str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
        self.data: Any = None
        self._faults = faults
        self._lines: dict[Loc, int] = {}
        try:
            text = path.read_bytes().decode("utf-8")
        except FileNotFoundError:
            self.fault((), "", "", "the file is missing")
            return
        except UnicodeDecodeError as error:
            self.fault((), "", "", f"not UTF-8 (byte {error.start}): save the file as UTF-8")
            return
        except OSError as error:
            self.fault((), "", "", f"cannot be read: {error.strerror}")
            return
        try:
            loader = _UniqueKeyLoader(text)
            node = loader.get_single_node()
            if node is None:
                self.fault((), "", "", "the file is empty")
                return
            _lines(node, (), self._lines)
            self.data = loader.construct_document(node)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            problem = getattr(error, "problem", None) or "broken YAML"
            faults.append(Fault(self.name, mark.line + 1 if mark else 0, "", "", f"broken YAML: {problem}"))
        except RecursionError:
            self.fault((), "", "", "nested too deeply")

    def line(self, loc: Loc) -> int:
        """The line of a part, or of the nearest part around it."""
        while loc and loc not in self._lines:
            loc = loc[:-1]
        return self._lines.get(loc, 0)

    def fault(self, loc: Loc, record_id: str, field: str, message: str) -> None:
        """Report one fault of this file."""
        self._faults.append(Fault(self.name, self.line(loc), record_id, field, message))

    def one[M: BaseModel](self, model: type[M]) -> M | None:
        """The file as one record; None if it is faulty (reported)."""
        return self._validate(model, self.data, ()) if self.data is not None else None

    def many[M: BaseModel](self, model: type[M]) -> list[tuple[M, Loc]]:
        """The file as a list of records, each with its place; faulty ones are reported and left out."""
        if self.data is None:
            return []
        if not isinstance(self.data, list):
            self.fault((), "", "", f"a list of records is expected, not {type(self.data).__name__}")
            return []
        found = ((self._validate(model, item, (n,)), (n,)) for n, item in enumerate(self.data))
        return [(record, loc) for record, loc in found if record is not None]

    def _validate[M: BaseModel](self, model: type[M], item: Any, loc: Loc) -> M | None:
        record_id = str(item.get("id") or item.get("kind") or "") if isinstance(item, dict) else ""
        try:
            return model.model_validate(item)
        except ValidationError as error:
            for problem in error.errors(include_url=False):
                at = (*loc, *problem["loc"])
                field = ".".join(str(p) for p in problem["loc"])
                message = str(problem["msg"]).removeprefix("Value error, ")
                if problem["type"] == "extra_forbidden":
                    message = "unknown key"
                elif problem["type"] == "missing":
                    message = "is missing"
                self.fault(at, record_id, field, message)
            return None
