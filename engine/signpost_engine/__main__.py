"""`python -m signpost_engine <run|train|validate|test>`: Rasa's own command line, prepared for this box."""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path
from typing import TextIO

from signpost_engine import command, environment, tensorflow_standin


def main() -> None:
    """Prepare the process, then hand over to Rasa; its exit code is ours (2: wrong usage)."""
    root = Path.cwd()
    environment.prepare(os.environ, root)
    try:
        arguments = command.rasa_arguments(sys.argv[1:], environment.models_dir(os.environ, root))
    except command.UsageError as error:
        sys.stderr.write(f"{error}\n\n{command.USAGE}")
        sys.exit(2)
    environment.make_folders(os.environ, root)
    warnings.showwarning = _show_warning
    if os.environ.get(environment.TENSORFLOW, "") in {"", "0"}:
        tensorflow_standin.install()
    if arguments[0] == "run":
        # Before Rasa is imported: some of its modules keep the loggers they find.
        from signpost_engine import quiet_logs

        quiet_logs.install()
    sys.argv = ["rasa", *arguments]

    import rasa.__main__

    from signpost_engine import action_call, action_result, direct_graph, event_types, fallback_once, rule_lookup

    action_result.install()
    fallback_once.install()
    if arguments[0] in {"run", "test"}:
        for sparing in (action_call, direct_graph, event_types, rule_lookup):
            sparing.install()
    rasa.__main__.main()


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    # Nobody will act on deprecations in a frozen set of libraries. Filters do not last: Rasa resets them.
    if not issubclass(category, (DeprecationWarning, PendingDeprecationWarning, FutureWarning)):
        (file or sys.stderr).write(warnings.formatwarning(message, category, filename, lineno, line))


if __name__ == "__main__":
    main()
