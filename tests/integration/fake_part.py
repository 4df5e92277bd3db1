"""A small real HTTP server that stands for a part: `python fake_part.py PORT [option ...]`.

GET /pids answers with its own process id and that of its worker. Options: `die` (ends at once, code 3),
`mute` (answers 503), `stubborn` (ignores TERM), `after=SECONDS` (listens later), `dies-on=FILE`.
"""

import http.server
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path


def main(port: int, options: list[str]) -> None:
    """Serve on the loopback until killed."""
    print(f"fake part on port {port}", flush=True)
    values = dict(option.split("=", 1) for option in options if "=" in option)
    if "die" in options or ("dies-on" in values and Path(values["dies-on"]).exists()):
        print("ValueError: invented fault", flush=True)
        sys.exit(3)
    if "stubborn" in options:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(float(values.get("after", "0")))
    # Like the action server, it has a worker in its group, which outlives it when it is killed.
    worker = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    status = 503 if "mute" in options else 200

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps([os.getpid(), worker.pid]).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
