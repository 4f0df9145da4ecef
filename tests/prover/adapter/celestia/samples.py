"""What the tests of Celestia's host side share: the published vectors and blobs drawn at random."""

import json
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from prover.adapter.celestia.shares import Blob

ROOT = Path(__file__).parents[4]
MAINNET = (ROOT / "examples" / "celestia_mainnet_block_10126899.json").read_bytes()
MAINNET_HEIGHT = 10126899
MOCHA = (ROOT / "tests" / "vectors" / "celestia" / "mocha_block_10383867.json").read_bytes()


def vectors(name: str) -> Any:
    """A file of tests/vectors/celestia."""
    return json.loads((ROOT / "tests" / "vectors" / "celestia" / name).read_bytes())


def namespace(number: int) -> bytes:
    """The namespace of a blob with the given identifier, from 256 on."""
    return number.to_bytes(29, "big")


def blobs(namespaces: int = 4, largest: int = 3000) -> st.SearchStrategy[Blob]:
    """Blobs of both versions in a few namespaces."""
    names = st.integers(256, 255 + namespaces).map(namespace)
    data = st.one_of(st.binary(min_size=1, max_size=40), lengths(largest))
    return st.one_of(
        st.builds(Blob, names, data),
        st.builds(Blob, names, data, st.just(1), st.binary(min_size=20, max_size=20)),
    )


def lengths(largest: int) -> st.SearchStrategy[bytes]:
    """Data of any length, the ends of shares more often than others."""
    ends = [first + 482 * more + near for first in (478, 458) for more in range(3) for near in (-1, 0, 1)]
    length = st.one_of(st.sampled_from(ends), st.integers(1, largest))
    return st.builds(lambda size, seed: (seed * size)[:size], length, st.binary(min_size=1, max_size=8))
