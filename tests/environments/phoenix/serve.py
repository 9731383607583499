"""Phoenix's server, whose gRPC port listens on loopback only, which no setting of its own does."""

from __future__ import annotations

import sys
from importlib import import_module


def main() -> None:
    server = import_module("grpc.aio._server").Server
    listen = server.add_insecure_port
    server.add_insecure_port = lambda self, address: listen(self, address.replace("[::]", "127.0.0.1"))
    sys.argv = ["phoenix", "serve"]
    import_module("phoenix.server.main").main()


if __name__ == "__main__":
    main()
