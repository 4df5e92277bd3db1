"""Stands in for TensorFlow, which Rasa imports for components that Signpost does not use.

Rasa imports every component it ships, DIET and TED with them, while it lists its defaults. Their modules only
need names to exist: base classes, decorators, annotations. This gives them such names. To *use* one raises
TensorFlowMissingError. Why, and how to switch it off: docs/decisions/0002-no-tensorflow.md.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any

STOOD_IN = frozenset({"tensorflow", "tensorflow_addons", "tensorflow_hub", "tensorflow_text", "keras", "tensorboard"})


class TensorFlowMissingError(ImportError):
    """A component that needs TensorFlow was used in an environment without it."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} needs TensorFlow, which this engine does without (docs/decisions/0002-no-tensorflow.md)."
        )


class _Placeholder(type):
    """Metaclass: a placeholder is a class, so that it can be inherited from and stand in annotations."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return _placeholder(f"{cls.__module__}.{cls.__qualname__}.{name}")

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        # "@tf.function" and "@tf.function(...)" decorate at import time; everything else is use.
        if len(args) == 1 and not kwargs and (callable(args[0]) and not isinstance(args[0], type)):
            return args[0]
        if not args and cls.__dict__.get("_is_placeholder"):
            return _identity
        raise TensorFlowMissingError(f"{cls.__module__}.{cls.__qualname__}")

    def __getitem__(cls, item: Any) -> Any:
        return cls


def _identity(value: Any) -> Any:
    return value


def _placeholder(path: str) -> Any:
    module, _, name = path.rpartition(".")
    return _Placeholder(name, (), {"__module__": module, "_is_placeholder": True})


class _StandInModule(ModuleType):
    """A module in which every public name is a placeholder, and every submodule exists."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        value = _placeholder(f"{self.__name__}.{name}")
        setattr(self, name, value)
        return value


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname.partition(".")[0] in STOOD_IN:
            return importlib.machinery.ModuleSpec(fullname, self, is_package=True)
        return None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return _StandInModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        return None


def install() -> None:
    """Answer imports of TensorFlow from now on in this process.

    Raises: RuntimeError: TensorFlow is imported already; a mixture of both would fail later and less clearly.
    """
    present = sorted(STOOD_IN & sys.modules.keys())
    if any(not isinstance(sys.modules[name], _StandInModule) for name in present):
        raise RuntimeError(f"Already imported: {', '.join(present)}. Install the stand-in before Rasa is imported.")
    if not is_installed():
        sys.meta_path.insert(0, _Finder())


def is_installed() -> bool:
    """Whether this process answers imports of TensorFlow by the stand-in."""
    return any(isinstance(finder, _Finder) for finder in sys.meta_path)
