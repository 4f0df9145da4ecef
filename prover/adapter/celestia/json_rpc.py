"""JSON-RPC over HTTP to a celestia-node, with bounded answers and time."""

import http.client
import json
import time
from typing import Any
from urllib.parse import urlsplit

from prover import strict_json
from prover.errors import InputError, SetupError

LARGEST_ANSWER = 16 << 20
"""Bytes of an answer: a namespace that fills a square of 128 x 128 shares takes 11 MiB."""

_NESTING = 1 << 14
_CHUNK = 1 << 16


class JsonRpc:
    """One node. Every call opens a connection of its own, follows no redirection and uses no proxy."""

    def __init__(self, url: str, token: str | None, seconds: float) -> None:
        """``url`` is http:// or https://, ``token`` one that the node issued, or None.

        ``seconds`` bound each wait for the node and, from the first byte of an answer, all of them together.
        Raises InputError (NODE_URL_INVALID).
        """
        try:
            parts = urlsplit(url)
            host, self._port = parts.hostname, parts.port
        except ValueError as error:
            raise _url_invalid(url) from error
        if parts.scheme not in ("http", "https") or not host or parts.username is not None:
            raise _url_invalid(url)
        self.name = f"{parts.scheme}://{parts.netloc}"
        self._kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._host = host
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._headers = {"Content-Type": "application/json"}
        if token is not None:
            self._headers["Authorization"] = f"Bearer {token}"
        self._seconds = seconds

    def call(self, method: str, parameters: list[Any]) -> Any:
        """The result of ``method``.

        Raises SetupError: NODE_UNREACHABLE, NODE_REFUSED if the node answers with an error, NODE_UNREADABLE
        if its answer is too large or not one of JSON-RPC.
        """
        request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}
        try:
            answer = strict_json.parse(self._post(json.dumps(request).encode()), _NESTING)
        except ValueError as error:
            raise self.unreadable(method, str(error)[:200]) from error
        if not isinstance(answer, dict) or answer.get("id") != 1:
            raise self.unreadable(method, "it answers another call")
        failure = answer.get("error")
        if failure is not None:
            said = str(failure.get("message") if isinstance(failure, dict) else failure)[:200]
            raise self._refused(f"answers {method} with the error {said!r}")
        if "result" not in answer:
            raise self.unreadable(method, "it has no result")
        return answer["result"]

    def unreadable(self, method: str, why: str) -> SetupError:
        """The typed error for an answer to ``method`` that is not of the API's form."""
        return SetupError(
            "NODE_UNREADABLE",
            f"The answer of {self.name} to {method} cannot be read: {why}.",
            f"Check that the address is the JSON-RPC port of a celestia-node that knows {method}.",
        )

    def _post(self, body: bytes) -> bytes:
        """The body of the answer; ValueError if it is too large or of another status."""
        connection = self._kind(self._host, self._port, timeout=self._seconds)
        try:
            connection.request("POST", self._path, body, self._headers)
            with connection.getresponse() as response:
                return self._body(response)
        except (OSError, http.client.HTTPException) as error:
            raise SetupError(
                "NODE_UNREACHABLE",
                f"The node {self.name} did not answer: {str(error) or type(error).__name__}.",
                "Check the address, that the node runs, and that its JSON-RPC port can be reached.",
            ) from error
        finally:
            connection.close()

    def _body(self, response: http.client.HTTPResponse) -> bytes:
        if response.status in (http.client.UNAUTHORIZED, http.client.FORBIDDEN):
            raise self._refused(f"answers with status {response.status}")
        if response.status != http.client.OK:
            raise ValueError(f"it has status {response.status}")
        received = bytearray()
        deadline = time.monotonic() + self._seconds
        while chunk := response.read1(_CHUNK):
            received += chunk
            if len(received) > LARGEST_ANSWER:
                raise ValueError(f"it has more than {LARGEST_ANSWER} bytes")
            if time.monotonic() > deadline:
                raise TimeoutError(f"not finished after {self._seconds} seconds")
        return bytes(received)

    def _refused(self, what: str) -> SetupError:
        return SetupError(
            "NODE_REFUSED",
            f"The node {self.name} {what}.",
            "Check that the node is synchronised to that height and that the token may read.",
        )


def _url_invalid(url: str) -> InputError:
    return InputError(
        "NODE_URL_INVALID",
        f"{url!r} is not the address of a node.",
        "Give an address like http://localhost:26658; a token is given apart from it.",
    )
