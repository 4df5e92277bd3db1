"""What holds for the whole repository: names that must not be in it, sizes, locks, who may import whom."""

import ast
import json
import re
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import NetworkRefusedError

ROOT = Path(__file__).resolve().parents[2]
LARGEST_FILE_BYTES = 500 * 1024
LONGEST_MODULE_LINES = 300
OURS = ("bot", "actions", "engine/signpost_engine", "scripts")

# Put together from pieces, so that this file does not hold what it looks for.
REGISTRIES = re.compile(
    r"\b(" + "|".join(["py" + r"pi\.org", "python" + r"hosted\.org", "npm" + r"js\.org", "npm" + r"js\.com"]) + r")\b"
)
MACHINE_PATHS = re.compile(r"(?<![\w.:/-])/(?:home|Users|root|work)/[\w.-]+|\b[A-Z]:\\Users\\")

# Part -> what of ours it may import. Dependencies point one way: door, actions -> guidance -> knowledge.
MAY_IMPORT: dict[str, set[str]] = {
    "bot.embedding": set(),
    "bot.privacy": set(),
    "bot.brands": set(),
    "bot.settings": {"bot.brands", "bot.settings_checks"},
    "bot.settings_checks": set(),
    "bot.spelling": set(),
    "bot.knowledge": {"bot.embedding"},
    "bot.guidance": {"bot.knowledge", "bot.embedding"},
    "bot.records": {"bot.guidance"},
    "bot.documents": {"bot.guidance"},
    "bot.bootstrap": {
        "bot.settings",
        "bot.knowledge",
        "bot.guidance",
        "bot.embedding",
        "bot.spelling",
        "bot.records",
    },
    "bot.desk": {"bot.documents", "bot.guidance", "bot.knowledge", "bot.records", "bot.settings"},
    "bot.teams": {"bot.guidance", "bot.knowledge", "bot.records", "bot.settings"},
    "bot.door": {
        "bot.teams",
        "bot.bootstrap",
        "bot.brands",
        "bot.desk",
        "bot.documents",
        "bot.records",
        "bot.settings",
        "bot.guidance",
        "bot.knowledge",
        "bot.privacy",
        "bot.embedding",
        "bot.spelling",
    },
    "actions": {"bot.bootstrap", "bot.settings", "bot.guidance", "bot.knowledge"},
    "bot.launcher": {"bot.settings"},
    "bot.cli_run": {"bot.settings", "bot.launcher"},
    "bot.cli_content": {"bot.settings", "bot.bootstrap", "bot.knowledge"},
    "bot.cli_signoff": {"bot.settings", "bot.bootstrap", "bot.knowledge", "bot.records"},
    "bot.cli_learning": {"bot.bootstrap", "bot.desk", "bot.records", "bot.settings"},
    "bot.cli_records": {"bot.desk", "bot.records", "bot.settings"},
    "bot.cli_reports": {"bot.bootstrap"},
    "bot.cli_switch": {"bot.settings", "bot.records"},
    "bot.cli_teams": {"bot.settings", "bot.teams"},
    "bot.cli": {
        "bot.cli_teams",
        "bot.cli_content",
        "bot.cli_learning",
        "bot.cli_records",
        "bot.cli_reports",
        "bot.cli_run",
        "bot.cli_signoff",
        "bot.cli_switch",
        "bot.settings",
    },
    "signpost_engine": {"bot.embedding"},
    "scripts": set(),
}
# Libraries that belong to one part only, so that the others can be moved without them.
KEPT_OUT = {
    "bot.guidance": {"rasa_sdk", "rasa", "fastapi", "starlette", "httpx", "sqlalchemy", "uvicorn"},
    "bot.knowledge": {"rasa_sdk", "rasa", "fastapi", "starlette", "httpx", "uvicorn"},
    "bot.door": {"rasa_sdk", "rasa"},
    "actions": {"rasa", "fastapi", "starlette", "httpx"},
}


def files() -> list[Path]:
    """All files that belong to the repository: tracked ones and those not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    names = listed.stdout.decode().split("\0")
    return sorted(path for name in set(names) if name and (path := ROOT / name).is_file())


def texts() -> Iterator[tuple[Path, str]]:
    """Path and text of each file that is text."""
    for path in files():
        try:
            yield path.relative_to(ROOT), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def modules() -> list[Path]:
    """Our own Python modules, without the tests."""
    return [path for path in files() if path.suffix == ".py" and path.relative_to(ROOT).as_posix().startswith(OURS)]


def module_name(path: Path) -> str:
    """`bot/door/app.py` -> `bot.door.app`, `bot/__init__.py` -> `bot`."""
    parts = list(path.relative_to(ROOT).with_suffix("").parts)
    if parts[0] == "engine":
        parts = parts[1:]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def part_of(module: str) -> str | None:
    """The part of ours that a module belongs to: `bot.door.app` -> `bot.door`; None when it is not ours."""
    for part in sorted(MAY_IMPORT, key=len, reverse=True):
        if module == part or module.startswith(f"{part}."):
            return part
    return "bot" if module == "bot" or module.startswith("bot.") else None


def imports(path: Path) -> set[str]:
    """Full names of all that a module imports, anywhere in it; relative ones made absolute."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = module_name(path).split(".")
                keep = len(package) - node.level + (path.name == "__init__.py")
                base = ".".join([*package[:keep], *([base] if base else [])])
            # `from bot import settings` imports the module bot.settings
            found |= {f"{base}.{alias.name}" for alias in node.names} if base == "bot" else {base}
    return found


def test_there_is_something_to_look_at():
    assert len(files()) > 20
    assert len(modules()) > 10
    assert len(list(texts())) > 20


def test_no_file_names_a_path_of_one_machine():
    faults = [f"{path}: {found[0]}" for path, text in texts() for found in MACHINE_PATHS.finditer(text)]
    assert faults == []


def test_no_file_names_the_host_of_a_package_registry():
    assert [f"{path}: {found[0]}" for path, text in texts() if (found := REGISTRIES.search(text))] == []


def test_no_file_is_larger_than_500_kib():
    assert [f"{path.name}: {size}" for path in files() if (size := path.stat().st_size) > LARGEST_FILE_BYTES] == []


def test_our_modules_are_short():
    counts = {path.relative_to(ROOT): path.read_text(encoding="utf-8").count("\n") for path in modules()}
    assert {str(path): lines for path, lines in counts.items() if lines > LONGEST_MODULE_LINES} == {}


@pytest.mark.parametrize("lock", ["requirements.lock", "engine/requirements.lock", "requirements-tools.txt"])
def test_a_lock_file_pins_every_package_with_hashes_and_names_no_place(lock):
    text = (ROOT / lock).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    assert [line for line in lines if "://" in line or line.startswith("-")] == []
    entries = re.split(r"\n(?=[A-Za-z0-9])", "\n".join(lines).strip())
    assert [entry.splitlines()[0] for entry in entries if not re.match(r"[\w.\[\],-]+==\S+", entry)] == []
    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize(
    ("project", "lock"),
    [("pyproject.toml", "requirements.lock"), ("engine/pyproject.toml", "engine/requirements.lock")],
)
def test_every_direct_dependency_is_locked_and_described(project, lock):
    described = (ROOT / "docs/dependencies.md").read_text(encoding="utf-8")
    table = tomllib.loads((ROOT / project).read_text(encoding="utf-8"))["project"]
    wanted = [*table["dependencies"], *table.get("optional-dependencies", {}).get("dev", [])]
    locked = set(re.findall(r"^([\w.-]+)==", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE))
    names = [re.match(r"[\w.-]+", each)[0] for each in wanted]
    assert [name for name in names if name.lower() not in locked] == []
    assert [name for name in names if f"| {name} |" not in described] == []


def test_parts_import_only_what_they_may():
    faults = []
    for path in modules():
        name = module_name(path)
        part = part_of(name)
        if part == "bot":
            assert name == "bot", f"{name}: say in MAY_IMPORT what it may import"
            continue
        for imported in imports(path):
            other = part_of(imported)
            if other is not None and other != part and part is not None and other not in MAY_IMPORT[part]:
                faults.append(f"{name} imports {imported}")
    assert faults == []


def test_libraries_of_one_part_stay_out_of_the_others():
    faults = [
        f"{module_name(path)} imports {imported}"
        for path in modules()
        for imported in imports(path)
        if imported.split(".")[0] in KEPT_OUT.get(part_of(module_name(path)) or "", set())
    ]
    assert faults == []


IMPORT_WATCH = """
import importlib, json, sys

root, names = sys.argv[1], json.loads(sys.argv[2])
sys.path.insert(0, root)
WATCHED = {"open", "socket.__new__", "socket.bind", "socket.connect", "sqlite3.connect", "subprocess.Popen",
           "os.mkdir", "os.remove", "os.rename", "tempfile.mkstemp", "tempfile.mkdtemp"}
faults = []

def watch(event, arguments):
    if event not in WATCHED or (event == "open" and str(arguments[0]).endswith((".py", ".pyc"))):
        return
    frame = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith("<frozen importlib"):
            return  # another module is being imported: whatever it does is not ours
        if file.startswith(root) and "/.venv/" not in file:
            faults.append(f"{file[len(root) + 1:]}:{frame.f_lineno} {event} {arguments[0]!r:.80}")
            return
        frame = frame.f_back

sys.addaudithook(watch)
for name in names:
    importlib.import_module(name)
print(json.dumps(faults))
"""


def watched_imports(root: Path, names: list[str]) -> list[str]:
    """What modules of ours open while they are imported, one line each."""
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", IMPORT_WATCH, str(root), json.dumps(names)],
        capture_output=True,
        text=True,
        check=False,
        cwd=root,
    )
    assert ended.returncode == 0, ended.stderr
    faults: list[str] = json.loads(ended.stdout.splitlines()[-1])
    return faults


def test_nothing_of_ours_opens_a_file_a_socket_or_a_database_at_import():
    # Migrations are Alembic's scripts, which only it runs.
    names = [module_name(path) for path in modules() if path.name != "__main__.py" and "migrations" not in path.parts]
    assert watched_imports(ROOT, [name for name in names if name.startswith(("bot", "actions"))]) == []


def test_the_watch_on_imports_sees_what_it_is_for(tmp_path):
    (tmp_path / "guilty.py").write_text(
        "import sqlite3, socket, pathlib\n"
        "pathlib.Path(__file__).with_name('data.txt').write_text('x')\n"
        "sqlite3.connect(':memory:')\n"
        "socket.socket()\n"
    )
    (tmp_path / "innocent.py").write_text("import guilty\n")
    faults = watched_imports(tmp_path, ["innocent"])
    assert [fault.split()[:2] for fault in faults] == [
        ["guilty.py:2", "open"],
        ["guilty.py:3", "sqlite3.connect"],
        ["guilty.py:4", "socket.__new__"],
    ]


def test_tests_cannot_reach_another_machine():
    with socket.socket() as stream, pytest.raises(NetworkRefusedError):
        stream.connect(("192.0.2.1", 80))
    with socket.socket(type=socket.SOCK_DGRAM) as datagrams, pytest.raises(NetworkRefusedError):
        datagrams.sendto(b"x", ("192.0.2.1", 53))
    with pytest.raises(NetworkRefusedError):
        socket.getaddrinfo("example.org", 80)
    with socket.socket() as server, socket.socket() as client:
        server.bind(("127.0.0.1", 0))
        server.listen()
        client.connect(server.getsockname())


def test_ci_runs_what_a_developer_runs():
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert script.rstrip().endswith("exec make test")
    assert "set -euo pipefail" in script
