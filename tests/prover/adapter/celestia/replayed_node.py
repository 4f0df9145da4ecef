"""A node on this machine that gives prepared answers, in the form in which a celestia-node gives them."""

import base64
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from prover.adapter.celestia.extended import Block

Answer = Callable[[str, list[Any]], bytes]


def text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def header_answer(block: Block) -> dict[str, Any]:
    """The result of header.GetByHeight, without the parts that are of no use here."""
    roots = [text(root) for root in block.square.axis_roots]
    return {
        "header": {
            "version": {"block": "11", "app": "6"},
            "chain_id": "celestia",
            "height": str(block.height),
            "data_hash": block.data_root.hex().upper(),
        },
        "commit": {"height": str(block.height), "round": 0, "signatures": []},
        "validator_set": {"validators": []},
        "dah": {"row_roots": roots[: len(roots) // 2], "column_roots": roots[len(roots) // 2 :]},
    }


def namespace_answer(block: Block, namespace: bytes) -> list[dict[str, Any]] | None:
    """The result of share.GetNamespaceData: null if no row's range has the namespace."""
    square = block.square
    rows = []
    for row in range(square.width):
        root = square.axis_roots[row]
        if not root[:29] <= namespace <= root[29:58]:
            continue
        shares = square.shares[row * square.width : (row + 1) * square.width]
        places = [place for place, share in enumerate(shares) if share[:29] == namespace]
        absent = next((place for place, share in enumerate(shares) if share[:29] > namespace), 0)
        start, end = (places[0], places[-1] + 1) if places else (absent, absent + 1)
        proof: dict[str, Any] = {"end": end, "is_max_namespace_ignored": True}
        if start:
            proof["start"] = start
        levels = square.row_levels(row)
        proof["nodes"] = [text(node) for node in siblings(levels, start, end)]
        if not places:
            proof["leaf_hash"] = text(levels[0][start])
        rows.append({"shares": [text(shares[place]) for place in places] or None, "proof": proof})
    return rows or None


def siblings(levels: list[list[bytes]], start: int, end: int) -> list[bytes]:
    """The nodes beside the paths from the leaves ``start`` up to ``end``, from left to right."""

    def outside(level: int, index: int) -> list[bytes]:
        first, last = index << level, (index + 1) << level
        if last <= start or first >= end:
            return [levels[level][index]]
        return [] if level == 0 else outside(level - 1, 2 * index) + outside(level - 1, 2 * index + 1)

    return outside(len(levels) - 1, 0)


@contextmanager
def node(answer: Answer, status: int = 200) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Serves ``answer(method, parameters)``; yields the address and the headers of the requests so far."""
    seen: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            assert request["jsonrpc"] == "2.0"
            seen.append(dict(self.headers))
            body = answer(request["method"], request["params"])
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            try:
                self.wfile.write(body)
            except OSError:
                self.close_connection = True

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", seen
        finally:
            server.shutdown()
            thread.join()


def replay(results: dict[str, Any]) -> Answer:
    """Answers each method with its result whatever is asked about."""
    return lambda method, _: json.dumps({"jsonrpc": "2.0", "id": 1, "result": results[method]}).encode()


def follow(block: Block) -> Answer:
    """Answers as a node would that has ``block``."""

    def answer(method: str, parameters: list[Any]) -> bytes:
        assert parameters[0] == block.height
        if method == "header.GetByHeight":
            return replay({method: header_answer(block)})(method, parameters)
        namespace = base64.b64decode(parameters[1])
        return replay({method: namespace_answer(block, namespace)})(method, parameters)

    return answer
