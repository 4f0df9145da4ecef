import json
import random
import socket
import threading
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prover.adapter.celestia import Blob, read_blobs, read_block
from prover.adapter.celestia.builder import build_block
from prover.adapter.celestia.json_rpc import LARGEST_ANSWER
from prover.adapter.celestia.node_client import NodeClient
from prover.errors import InputError, SequiturError, SetupError
from tests.prover.adapter.celestia.replayed_node import (
    follow,
    header_answer,
    namespace_answer,
    node,
    replay,
    siblings,
    text,
)
from tests.prover.adapter.celestia.samples import MAINNET, MAINNET_HEIGHT, blobs, namespace, vectors

BLOCK = read_block(MAINNET)
NAMES = [bytes.fromhex(name) for name in vectors("mainnet_block_10126899.json")["namespaces"]]
LONG = NAMES[3]
HEADER, DATA = "header.GetByHeight", "share.GetNamespaceData"


@pytest.mark.parametrize("name", NAMES, ids=bytes.hex)
def test_a_namespace_is_fetched_whole(name: bytes) -> None:
    with node(follow(BLOCK)) as (url, _):
        data = NodeClient(url).namespace_data(MAINNET_HEIGHT, name)
    assert data.header.data_root == BLOCK.data_root
    assert data.header.width == 8
    assert data.shares == tuple(share for share in BLOCK.square.shares if share[:29] == name)
    assert list(data.blobs) == read_blobs(BLOCK.square.shares, name)


@pytest.mark.parametrize(
    "name", [namespace(0x100), namespace((1 << 80) - 1), *(namespace(int.from_bytes(name) + 1) for name in NAMES)]
)  # fmt: skip
def test_absence_is_shown(name: bytes) -> None:
    with node(follow(BLOCK)) as (url, _):
        data = NodeClient(url).namespace_data(MAINNET_HEIGHT, name)
    assert (data.shares, data.blobs) == ((), ())


@settings(deadline=None, max_examples=20)
@given(st.lists(blobs(largest=9000), max_size=6))
def test_any_block_is_fetched_by_namespaces(items: list[Blob]) -> None:
    block = read_block(build_block(5, items))
    with node(follow(block)) as (url, _):
        for number in range(256, 261):
            expected = [blob for blob in items if blob.namespace == namespace(number)]
            assert list(NodeClient(url).namespace_data(5, namespace(number)).blobs) == expected


def test_the_token_goes_with_every_request() -> None:
    with node(follow(BLOCK)) as (url, seen):
        NodeClient(url, token="secret").namespace_data(MAINNET_HEIGHT, LONG)
    assert [headers["Authorization"] for headers in seen] == ["Bearer secret"] * 2


def failure(results: dict[str, Any], name: bytes = LONG, height: int = MAINNET_HEIGHT) -> str:
    with node(replay(results)) as (url, _), pytest.raises(SetupError) as caught:
        NodeClient(url).namespace_data(height, name)
    assert caught.value.message
    assert caught.value.fix
    return caught.value.code


def header(change: Any) -> dict[str, Any]:
    answer = header_answer(BLOCK)
    change(answer)
    return {HEADER: answer, DATA: namespace_answer(BLOCK, LONG)}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda answer: answer["header"].update(height="7"), "NODE_INCONSISTENT"),
        (lambda answer: answer["header"].update(data_hash="00" * 32), "NODE_INCONSISTENT"),
        (lambda answer: answer["dah"]["row_roots"].reverse(), "NODE_INCONSISTENT"),
        (lambda answer: answer["dah"]["row_roots"].pop(), "NODE_INCONSISTENT"),
        (lambda answer: answer["dah"]["column_roots"].pop(), "NODE_INCONSISTENT"),
        (lambda answer: answer["dah"].update(row_roots=[], column_roots=[]), "NODE_INCONSISTENT"),
        (lambda answer: answer["dah"]["row_roots"].append("AA=="), "NODE_UNREADABLE"),
        (lambda answer: answer["dah"]["row_roots"].append(7), "NODE_UNREADABLE"),
        (lambda answer: answer["dah"].update(row_roots={}), "NODE_UNREADABLE"),
        (lambda answer: answer["header"].update(data_hash="none"), "NODE_UNREADABLE"),
        (lambda answer: answer["header"].update(data_hash=None), "NODE_UNREADABLE"),
        (lambda answer: answer.pop("dah"), "NODE_UNREADABLE"),
    ],
)
def test_a_header_that_does_not_add_up_is_not_believed(change: Any, code: str) -> None:
    assert failure(header(change)) == code


@pytest.mark.parametrize("result", [None, [], "header", 7])
def test_a_result_that_is_no_header_is_unreadable(result: Any) -> None:
    assert failure({HEADER: result}) == "NODE_UNREADABLE"


def rows(change: Any, name: bytes = LONG) -> dict[str, Any]:
    answer = namespace_answer(BLOCK, name)
    change(answer)
    return {HEADER: header_answer(BLOCK), DATA: answer}


def without_one_share(answer: Any, first: bool) -> None:
    """A true proof of a shorter range: only that its siblings may hold the namespace gives it away."""
    row = next(index for index, share in enumerate(BLOCK.square.shares) if share[:29] == LONG) // 8
    proof = answer[0]["proof"]
    start, end = proof.get("start", 0) + first, proof["end"] - (not first)
    answer[0]["shares"].pop(0 if first else -1)
    nodes = [text(node) for node in siblings(BLOCK.square.row_levels(row), start, end)]
    proof.update(start=start, end=end, nodes=nodes)


def absence_of_present(answer: Any) -> None:
    """The namespace's own first leaf, passed off as the one that follows its place."""
    single = answer[0]["proof"]
    single["leaf_hash"] = text(BLOCK.square.row_levels(ROW)[0][single["start"]])
    answer[0]["shares"] = None


SINGLE = NAMES[1]
ROW = next(index for index, share in enumerate(BLOCK.square.shares) if share[:29] == SINGLE) // 8
ABSENT = namespace(int.from_bytes(SINGLE) + 1)


@pytest.mark.parametrize(
    ("name", "change", "code"),
    [
        (LONG, lambda answer: answer.pop(), "NODE_INCONSISTENT"),
        (LONG, lambda answer: answer.reverse(), "NODE_INCONSISTENT"),
        (LONG, lambda answer: answer.append(answer[0]), "NODE_INCONSISTENT"),
        (LONG, lambda answer: without_one_share(answer, first=True), "NODE_INCONSISTENT"),
        (LONG, lambda answer: without_one_share(answer, first=False), "NODE_INCONSISTENT"),
        (LONG, lambda answer: answer[0]["shares"].pop(), "NODE_INCONSISTENT"),
        (LONG, lambda answer: answer[0]["shares"].reverse(), "NODE_INCONSISTENT"),
        (LONG, lambda answer: answer[0]["proof"]["nodes"].pop(), "NODE_INCONSISTENT"),
        (LONG, lambda answer: answer[0]["proof"]["nodes"].append(text(bytes(90))), "NODE_INCONSISTENT"),
        (LONG, lambda answer: answer[0].update(shares=None), "NODE_INCONSISTENT"),
        (SINGLE, absence_of_present, "NODE_INCONSISTENT"),
        (ABSENT, lambda answer: answer[0]["proof"].pop("leaf_hash"), "NODE_INCONSISTENT"),
        (ABSENT, lambda answer: answer[0].update(shares=[text(BLOCK.square.shares[0])]), "NODE_INCONSISTENT"),
        (LONG, lambda answer: answer[1]["proof"].update(end=1), "NODE_INCONSISTENT"),
        (LONG, lambda answer: answer[0]["proof"].update(end=True), "NODE_UNREADABLE"),
        (LONG, lambda answer: answer[0]["proof"].update(end=1 << 70), "NODE_UNREADABLE"),
        (LONG, lambda answer: answer[0]["proof"].update(start=-1), "NODE_UNREADABLE"),
        (LONG, lambda answer: answer[0].pop("proof"), "NODE_UNREADABLE"),
        (LONG, lambda answer: answer[0].update(proof=None), "NODE_UNREADABLE"),
        (LONG, lambda answer: answer[0]["shares"].append("AA=="), "NODE_UNREADABLE"),
        (LONG, lambda answer: answer[0]["shares"].append([]), "NODE_UNREADABLE"),
    ],
)
def test_a_row_that_is_not_proven_is_not_believed(name: bytes, change: Any, code: str) -> None:
    assert failure(rows(change, name), name) == code


def test_nothing_is_no_answer_where_the_namespace_is() -> None:
    assert failure({HEADER: header_answer(BLOCK), DATA: None}) == "NODE_INCONSISTENT"
    assert failure({HEADER: header_answer(BLOCK), DATA: {}}) == "NODE_UNREADABLE"


@settings(deadline=None, max_examples=60)
@given(st.randoms(use_true_random=False))
def test_a_changed_answer_is_refused_or_changes_nothing(random: random.Random) -> None:
    answers = {HEADER: header_answer(BLOCK), DATA: namespace_answer(BLOCK, LONG)}
    texts = {method: bytearray(json.dumps(result).encode()) for method, result in answers.items()}
    changed = texts[random.choice([HEADER, DATA])]
    for _ in range(random.randint(1, 3)):
        changed[random.randrange(len(changed))] = random.choice(b'0123456789AZaz"[]{},: \\')

    def answer(method: str, _: list[Any]) -> bytes:
        return b'{"id": 1, "result": ' + bytes(texts[method]) + b"}"

    with node(answer) as (url, _):
        try:
            data = NodeClient(url).namespace_data(MAINNET_HEIGHT, LONG)
        except SequiturError as error:
            assert error.code in ("NODE_UNREADABLE", "NODE_INCONSISTENT")
        else:
            assert data.shares == tuple(share for share in BLOCK.square.shares if share[:29] == LONG)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b'{"id": 1, "error": {"code": 1, "message": "header: not found"}}', 200, "NODE_REFUSED"),
        (b'{"id": 1, "error": "no"}', 200, "NODE_REFUSED"),
        (b"", 401, "NODE_REFUSED"),
        (b"", 403, "NODE_REFUSED"),
        (b"", 200, "NODE_UNREADABLE"),
        (b"<html>", 200, "NODE_UNREADABLE"),
        (b"[]", 200, "NODE_UNREADABLE"),
        (b"[" * 100_000, 200, "NODE_UNREADABLE"),
        (b'{"id": 1}', 200, "NODE_UNREADABLE"),
        (b'{"id": 2, "result": null}', 200, "NODE_UNREADABLE"),
        (b'{"id": 1, "result": null}', 500, "NODE_UNREADABLE"),
        (b'{"id": 1, "result": null}', 302, "NODE_UNREADABLE"),
        (b" " * (LARGEST_ANSWER + 1), 200, "NODE_UNREADABLE"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_what_is_no_answer_of_a_node_is_told(body: bytes, status: int, code: str) -> None:
    with node(lambda *_: body, status) as (url, _), pytest.raises(SetupError) as caught:
        NodeClient(url).header(MAINNET_HEIGHT)
    assert caught.value.code == code


def test_a_node_that_is_not_there_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(SetupError) as caught:
        NodeClient(f"http://127.0.0.1:{port}").header(1)
    assert caught.value.code == "NODE_UNREACHABLE"


@pytest.mark.parametrize(
    "said", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", b"nonsense\r\n\r\n"]
)
def test_a_node_that_falls_silent_is_not_waited_for(said: bytes) -> None:
    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(said)
                done.wait(10)

        thread = threading.Thread(target=answer)
        thread.start()
        try:
            with pytest.raises(SetupError) as caught:
                NodeClient(f"http://127.0.0.1:{server.getsockname()[1]}", seconds=0.2).header(1)
        finally:
            done.set()
            thread.join()
    assert caught.value.code == "NODE_UNREACHABLE"


def test_an_answer_that_never_ends_is_cut_off() -> None:
    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
                while not done.wait(0.05):
                    connection.sendall(b" ")

        thread = threading.Thread(target=answer)
        thread.start()
        try:
            with pytest.raises(SetupError) as caught:
                NodeClient(f"http://127.0.0.1:{server.getsockname()[1]}", seconds=0.3).header(1)
        finally:
            done.set()
            thread.join()
    assert caught.value.code == "NODE_UNREACHABLE"


@pytest.mark.parametrize(
    "url", ["", "localhost:26658", "ftp://host", "http://", "http://a:b@host", "http://host:port", "http://[", "http://host:99999"]
)  # fmt: skip
def test_an_address_of_no_node_is_refused(url: str) -> None:
    with pytest.raises(InputError) as caught:
        NodeClient(url)
    assert caught.value.code == "NODE_URL_INVALID"


@pytest.mark.parametrize("height", [0, -1, 1 << 30, True])
def test_a_height_of_no_block_is_refused(height: int) -> None:
    with pytest.raises(InputError) as caught:
        NodeClient("http://127.0.0.1:1").header(height)
    assert caught.value.code == "HEIGHT_INVALID"


def test_a_namespace_of_no_blob_is_refused_before_the_node_is_asked() -> None:
    with pytest.raises(InputError) as caught:
        NodeClient("http://127.0.0.1:1").namespace_data(1, bytes(29))
    assert caught.value.code == "NAMESPACE_INVALID"
