"""Run the action server: `python -m actions`. It listens on 127.0.0.1 only; health: /health."""

from __future__ import annotations

import logging

from rasa_sdk.endpoint import create_app
from rasa_sdk.executor import ActionExecutor

from actions.answer import ActionAnswer
from bot import bootstrap


def main() -> None:
    """Serve our actions with rasa-sdk, in one process, the knowledge loaded before the first question."""
    settings = bootstrap.settings()
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("rasa_sdk").setLevel("WARNING")
    logging.getLogger("sanic").setLevel("WARNING")
    answers = bootstrap.answers()
    bootstrap.embedder().embed(["warm"])
    answers.conversations()
    executor = ActionExecutor()
    executor.register_action(ActionAnswer(answers))
    app = create_app(executor, cors_origins=[])
    app.run(host="127.0.0.1", port=settings.actions_port, single_process=True, access_log=False, motd=False)


if __name__ == "__main__":
    main()
