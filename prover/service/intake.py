"""What a request must look like before anything is stored. What its blocks say is found out by the worker."""

import base64
import binascii
import uuid
from typing import Any

from prover.errors import InputError
from prover.request import LAYERS, PROGRAMS, WITH_ACCOUNTS
from prover.service.status import field_invalid
from verifier.profile import DEFAULT, PROFILES

BLOCKS = 1024
PROOF_BYTES = 8 << 20
ACCOUNTS_BYTES = 32 << 20
"""Of a genesis file, and of a snapshot: whatever accounts a batch adds, proof and snapshot fit into one message."""

_PAGE_SIZE, _LARGEST_PAGE = 50, 200
_PAGE_TOKEN = b"after:"


def batch_of(request: Any) -> Any:
    """Returns the batch of a CreateBatchProofRequest with its defaults filled in.

    Raises RefusedError (INVALID_ARGUMENT with the field's path) for the first field that is not acceptable.
    """
    _check_request_id(request.request_id)
    if not request.HasField("batch"):
        raise field_invalid("batch", "must be set")
    batch = request.batch
    if batch.layer not in LAYERS:
        raise field_invalid("batch.layer", f"must be one of: {', '.join(LAYERS)}", "LAYER_UNKNOWN")
    if batch.program not in PROGRAMS:
        raise field_invalid("batch.program", f"must be one of: {', '.join(PROGRAMS)}", "PROGRAM_UNKNOWN")
    try:
        LAYERS[batch.layer](batch.namespace)
    except InputError as error:
        raise field_invalid("batch.namespace", str(error).removesuffix("."), error.code) from error
    if not 1 <= len(batch.blocks) <= BLOCKS:
        raise field_invalid("batch.blocks", f"must hold 1 to {BLOCKS} block files, not {len(batch.blocks)}")
    for index, block in enumerate(batch.blocks):
        if not block:
            raise field_invalid(f"batch.blocks[{index}]", "must not be empty")
    if len(batch.state_before) not in (0, 32):
        raise field_invalid("batch.state_before", f"must be 32 bytes, not {len(batch.state_before)}")
    _check_accounts(batch)
    batch.profile = batch.profile or DEFAULT
    check_profile("batch.profile", batch.profile)
    return batch


def _check_accounts(batch: Any) -> None:
    if batch.program in WITH_ACCOUNTS and not batch.genesis:
        description = f"must be the chain's genesis file for the program {batch.program}"
        raise field_invalid("batch.genesis", description, "GENESIS_MISSING")
    for field, reason in (("genesis", "GENESIS_TOO_LARGE"), ("snapshot", "SNAPSHOT_TOO_LARGE")):
        size = len(getattr(batch, field))
        if size and batch.program not in WITH_ACCOUNTS:
            description = f"must be empty: the program {batch.program} has no accounts"
            raise field_invalid(f"batch.{field}", description, "GENESIS_UNWANTED")
        if size > ACCOUNTS_BYTES:
            description = f"must be at most {ACCOUNTS_BYTES:,} bytes, not {size:,}"
            raise field_invalid(f"batch.{field}", description, reason)


def _check_request_id(text: str) -> None:
    try:
        parsed = uuid.UUID(text)
    except ValueError as error:
        raise field_invalid("request_id", "must be a version 4 UUID", "REQUEST_ID_MALFORMED") from error
    # One spelling an id, or the same id could be used twice.
    if parsed.version != 4 or str(parsed) != text:
        raise field_invalid(
            "request_id", "must be a version 4 UUID in lower case with hyphens", "REQUEST_ID_MALFORMED"
        )


def check_profile(field: str, name: str) -> None:
    """Raises RefusedError (PROFILE_UNKNOWN) if there is no such security profile."""
    if name not in PROFILES:
        raise field_invalid(field, f"must be one of: {', '.join(PROFILES)}", "PROFILE_UNKNOWN")


def page_of(request: Any) -> tuple[int, int | None]:
    """Returns page size and the number the page begins below; raises RefusedError if malformed."""
    if request.page_size < 0:
        raise field_invalid("page_size", "must not be negative")
    size = min(request.page_size or _PAGE_SIZE, _LARGEST_PAGE)
    if not request.page_token:
        return size, None
    try:
        token = base64.urlsafe_b64decode(request.page_token.encode("ascii"))
        digits = token.removeprefix(_PAGE_TOKEN)
        if token == digits or not digits.isdigit() or page_token(int(digits)) != request.page_token:
            raise ValueError
        number = int(digits)
        if number >= 1 << 63:
            raise ValueError
    except (ValueError, binascii.Error) as error:
        description = "must be the next_page_token of an earlier answer"
        raise field_invalid("page_token", description, "PAGE_TOKEN_MALFORMED") from error
    return size, number


def page_token(number: int) -> str:
    """The token of the page after the job numbered ``number``."""
    return base64.urlsafe_b64encode(_PAGE_TOKEN + str(number).encode()).decode()
