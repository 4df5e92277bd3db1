"""When the model is trained again: small invented trees instead of the real one."""

import hashlib
from pathlib import Path

import pytest

from bot.launcher.model import TRAINED_FROM, file_hash, inputs_hash, stamp_file, why_train


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for entry in TRAINED_FROM:
        path = tmp_path / entry
        if path.suffix:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{entry}\n")
        else:
            path.mkdir(parents=True)
            (path / "one.txt").write_text(f"{entry}\n")
    return tmp_path


@pytest.fixture
def model(tree: Path) -> Path:
    made = tree / "models/signpost.tar.gz"
    made.parent.mkdir()
    made.write_bytes(b"invented model")
    stamp_file(made).write_text(f"{file_hash(made)}  {made.name}\n{inputs_hash(tree)}  inputs\n")
    return made


def test_a_model_with_the_right_hashes_is_used(tree, model):
    assert why_train(model, tree) is None


def test_the_stamp_stands_beside_the_model():
    assert stamp_file(Path("models/signpost.tar.gz")) == Path("models/signpost.sha256")


@pytest.mark.parametrize("entry", TRAINED_FROM)
def test_a_change_of_any_input_asks_for_training(tree, model, entry):
    path = tree / entry
    changed = path if path.is_file() else path / "one.txt"
    changed.write_text("changed\n")
    assert why_train(model, tree) == "what the model is trained from has changed"


def test_a_new_file_and_a_renamed_one_are_changes_and_a_cache_is_not(tree, model):
    (tree / "data/__pycache__").mkdir()
    (tree / "data/__pycache__/one.pyc").write_text("x")
    assert why_train(model, tree) is None
    (tree / "data/one.txt").rename(tree / "data/two.txt")
    assert why_train(model, tree) is not None


def test_a_model_that_was_not_made_here_is_not_used(tree, model):
    model.write_bytes(b"another model")
    assert "its hash differs" in str(why_train(model, tree))


def test_without_model_or_stamp_or_with_half_a_stamp_it_is_trained(tree, model):
    stamp_file(model).write_text(stamp_file(model).read_text().splitlines()[0] + "\n")
    assert why_train(model, tree) is not None
    stamp_file(model).unlink()
    assert why_train(model, tree) == "there is no trained model yet"
    model.unlink()
    assert why_train(model, tree) == "there is no trained model yet"


def test_a_missing_input_is_named(tree):
    (tree / "config.yml").unlink()
    with pytest.raises(FileNotFoundError, match=r"config\.yml is missing"):
        inputs_hash(tree)


def test_a_file_hash_is_plain_sha256(tree):
    assert file_hash(tree / "config.yml") == hashlib.sha256(b"config.yml\n").hexdigest()
