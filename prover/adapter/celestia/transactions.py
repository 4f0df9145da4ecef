"""The two envelopes around a transaction that pays for blobs, in Protocol Buffers.

In a block, BlobTx {1: transaction, 2: blobs, 3: "BLOB"} carries the blobs beside the transaction. In the
square, IndexWrapper {1: transaction, 2: share indexes, 3: "INDX"} says at which share each blob begins.
Source: go-square, proto/blob.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError

from prover.adapter.celestia.namespace import check_blob_namespace
from prover.adapter.celestia.shares import SIGNER, VERSIONS, Blob
from prover.errors import InputError

_FIX = "Get the block again, from another source; shares of Fibre (version 2) cannot be read yet."


@dataclass(frozen=True, slots=True)
class BlobTransaction:
    """A transaction that pays for blobs, and the blobs it pays for, at least one."""

    payment: bytes
    blobs: tuple[Blob, ...]


@cache
def _messages() -> dict[str, Any]:
    field = descriptor_pb2.FieldDescriptorProto
    kinds: dict[str, dict[str, Any]] = {
        "bytes": {"type": field.TYPE_BYTES, "label": field.LABEL_OPTIONAL},
        "string": {"type": field.TYPE_STRING, "label": field.LABEL_OPTIONAL},
        "uint32": {"type": field.TYPE_UINT32, "label": field.LABEL_OPTIONAL},
        "indexes": {"type": field.TYPE_UINT32, "label": field.LABEL_REPEATED},
        "blobs": {"type": field.TYPE_MESSAGE, "label": field.LABEL_REPEATED, "type_name": ".celestia.Blob"},
    }
    layouts = {
        "Blob": {
            "namespace_id": "bytes",
            "data": "bytes",
            "share_version": "uint32",
            "namespace_version": "uint32",
            "signer": "bytes",
        },
        "BlobTx": {"tx": "bytes", "blobs": "blobs", "type_id": "string"},
        "IndexWrapper": {"tx": "bytes", "share_indexes": "indexes", "type_id": "string"},
    }
    file = descriptor_pb2.FileDescriptorProto(name="blob.proto", package="celestia", syntax="proto3")
    for name, layout in layouts.items():
        message = file.message_type.add(name=name)
        for number, (label, kind) in enumerate(layout.items(), start=1):
            message.field.add(name=label, number=number, **kinds[kind])
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {
        name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"celestia.{name}"))
        for name in layouts
    }


def decode_transaction(transaction: bytes, place: str) -> BlobTransaction | None:
    """Returns the blob transaction in ``transaction``, or None for a transaction of another kind.

    ``place`` names the transaction in errors. Raises InputError (BLOCK_UNREADABLE) for a blob that no block
    can hold. Whatever does not decode as a BlobTx is a transaction of another kind, as it is for the chain.
    """
    message = _messages()["BlobTx"]()
    try:
        message.ParseFromString(transaction)
    except DecodeError:
        return None
    if message.type_id != "BLOB":
        return None
    if not message.blobs:
        raise InputError("BLOCK_UNREADABLE", f"{place} is a blob transaction without a blob.", _FIX)
    blobs = tuple(_blob(blob, f"{place}, blob {index}") for index, blob in enumerate(message.blobs))
    return BlobTransaction(message.tx, blobs)


def _blob(message: Any, place: str) -> Blob:
    if message.namespace_version > 255:
        raise InputError(
            "BLOCK_UNREADABLE", f"{place}: its namespace has version {message.namespace_version}.", _FIX
        )
    namespace = bytes([message.namespace_version]) + message.namespace_id
    blob = Blob(namespace, message.data, message.share_version, message.signer)
    try:
        check_blob(blob)
    except InputError as error:
        raise InputError("BLOCK_UNREADABLE", f"{place}: {error.message}", _FIX) from error
    return blob


def check_blob(blob: Blob) -> None:
    """Raises InputError (NAMESPACE_INVALID, BLOB_INVALID) unless the chain would take ``blob``."""
    check_blob_namespace(blob.namespace)
    if blob.version not in VERSIONS:
        message = f"A blob of share version {blob.version} is not known here."
        raise InputError("BLOB_INVALID", message, "Use share version 0, or 1 with a signer.")
    if len(blob.signer) != (SIGNER if blob.version else 0):
        message = f"A blob of share version {blob.version} has a signer of {len(blob.signer)} bytes."
        raise InputError("BLOB_INVALID", message, f"Version 1 takes {SIGNER} bytes, version 0 takes none.")
    if not blob.data:
        raise InputError("BLOB_INVALID", "A blob has no data.", "Post at least one byte.")


def encode_blob_transaction(transaction: BlobTransaction) -> bytes:
    """The BlobTx that carries ``transaction`` and its blobs in a block."""
    messages = _messages()
    blobs = [
        messages["Blob"](
            namespace_id=blob.namespace[1:],
            data=blob.data,
            share_version=blob.version,
            namespace_version=blob.namespace[0],
            signer=blob.signer,
        )
        for blob in transaction.blobs
    ]
    envelope = messages["BlobTx"](tx=transaction.payment, blobs=blobs, type_id="BLOB")
    return bytes(envelope.SerializeToString(deterministic=True))


def encode_index_wrapper(payment: bytes, share_indexes: list[int]) -> bytes:
    """The IndexWrapper that stands for a blob transaction in the square."""
    wrapper = _messages()["IndexWrapper"](tx=payment, share_indexes=share_indexes, type_id="INDX")
    return bytes(wrapper.SerializeToString(deterministic=True))
