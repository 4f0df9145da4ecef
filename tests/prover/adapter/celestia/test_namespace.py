import pytest

from prover.adapter.celestia import check_blob_namespace
from prover.errors import InputError
from tests.prover.adapter.celestia.samples import namespace


@pytest.mark.parametrize("number", [0x100, 0x101, (1 << 80) - 1])
def test_a_namespace_of_a_blob_is_taken(number: int) -> None:
    check_blob_namespace(namespace(number))


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        namespace(0x100)[1:],
        namespace(0x100) + b"\x00",
        namespace(0),
        namespace(1),
        namespace(4),
        namespace(0xFF),
        namespace(1 << 80),
        b"\x00" + b"\x01" + bytes(27),
        b"\x01" + namespace(0x100)[1:],
        b"\xff" * 28 + b"\x00",
        b"\xff" * 28 + b"\xfe",
        b"\xff" * 29,
    ],
)
def test_any_other_is_refused_and_told_what_one_looks_like(wrong: bytes) -> None:
    with pytest.raises(InputError) as refused:
        check_blob_namespace(wrong)
    assert refused.value.code == "NAMESPACE_INVALID"
    assert "19 zero bytes and 10 bytes of your choice" in refused.value.fix
