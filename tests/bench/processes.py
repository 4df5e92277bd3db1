"""The machine and its processes, as Linux's /proc tells them."""

import os
import platform
import re
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True)
class Memory:
    """Resident memory of one process in MB (10^6 bytes); `shared` of it may be counted in another one too."""

    pid: int
    command: str
    resident: float
    shared: float


def tree(pid: int) -> list[int]:
    """A process and all that descend from it, those that exist now."""
    children: dict[int, list[int]] = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit() and (parent := _parent(int(entry.name))) is not None:
            children.setdefault(parent, []).append(int(entry.name))
    found, todo = [], [pid]
    while todo:
        each = todo.pop()
        found.append(each)
        todo += children.get(each, [])
    return found


def memory(pids: list[int]) -> list[Memory]:
    """Memory of processes, the largest first; one that has ended is left out."""
    found = []
    for pid in pids:
        try:
            status = (PROC / str(pid) / "status").read_text()
            command = (PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
        except OSError:
            continue
        kilobytes = {m[1]: int(m[2]) for m in re.finditer(r"^(\w+):\s+(\d+) kB$", status, re.MULTILINE)}
        shared = kilobytes.get("RssFile", 0) + kilobytes.get("RssShmem", 0)
        found.append(Memory(pid, command, kilobytes.get("VmRSS", 0) * 1.024e-3, shared * 1.024e-3))
    return sorted(found, key=lambda m: -m.resident)


def cpu_seconds(pids: list[int]) -> dict[int, float]:
    """Processor time that processes have used so far, user and system; one that has ended is left out."""
    ticks = os.sysconf("SC_CLK_TCK")
    fields = {pid: _stat(pid) for pid in pids}
    return {pid: (int(each[11]) + int(each[12])) / ticks for pid, each in fields.items() if each}


def machine() -> str:
    """Processor, cores, memory, system, Python and how busy it is, as one line."""
    cpu = re.search(r"^model name\s*:\s*(.+)$", _read("/proc/cpuinfo"), re.MULTILINE)
    total = re.search(r"^MemTotal:\s+(\d+) kB$", _read("/proc/meminfo"), re.MULTILINE)
    return ", ".join(
        [
            cpu[1].strip() if cpu else platform.machine(),
            f"{len(os.sched_getaffinity(0))} cores",
            f"{int(total[1]) * 1.024e-6:.0f} GB" if total else "memory unknown",
            f"{platform.system()} {platform.release().split('-')[0]}",
            f"Python {platform.python_version()}",
        ]
    )


def busy() -> str:
    """Load average of the last minute and five minutes."""
    one, five, _ = os.getloadavg()
    return f"{one:.1f} / {five:.1f}"


def _parent(pid: int) -> int | None:
    fields = _stat(pid)
    return int(fields[1]) if fields else None


def _stat(pid: int) -> list[str]:
    """The fields of /proc/<pid>/stat after the command's name; none where the process has ended."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _read(path: str) -> str:
    return Path(path).read_text(encoding="utf-8") if Path(path).exists() else ""
