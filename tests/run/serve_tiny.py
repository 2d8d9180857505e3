"""`python -m tests.run.serve_tiny PORT FACTORY [DRAIN]`: the server of `bridge run`, around a tiny app."""

from __future__ import annotations

import sys

from bridge.errors import BridgeError
from bridge.ops import logs, workers


def main() -> int:
    port, factory, drain = int(sys.argv[1]), sys.argv[2], float((sys.argv[3:] or ["0.3"])[0])
    logs.configure("info")
    try:
        workers.check_free("127.0.0.1", port)
        workers.serve(
            f"tests.run.tiny:{factory}",
            workers.Listening("127.0.0.1", port, workers=2, threads=4, drain=drain),
            on_ready=lambda: print("ready", flush=True),
        )
    except BridgeError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
