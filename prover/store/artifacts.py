"""A directory of files named by the SHA-256 of their contents.

A file is written under a temporary name, flushed to disk, renamed, and its directory flushed: whatever dies
in between, a name that exists holds all of its bytes. Contents are checked against their name on every read.
"""

import hashlib
import os
from collections.abc import Mapping, Set
from pathlib import Path

from prover.errors import SequiturError, disk_full, is_out_of_space


class ArtifactCorruptError(SequiturError):
    """A stored file no longer has the contents it was stored with, or is gone."""

    def __init__(self, digest: bytes) -> None:
        super().__init__(
            "ARTIFACT_CORRUPT",
            f"The stored artifact {digest.hex()} is missing or damaged.",
            "Submit the batch again under a new request id, and check the disk.",
        )


def write_durably(path: Path, data: bytes) -> None:
    """Writes a file that is afterwards either there as a whole, also after a power loss, or not there at all.

    Raises `prover.errors.SetupError` (DISK_FULL) if there is no room, OSError for any other refusal.
    """
    write_together({path: data})


def write_together(files: Mapping[Path, bytes]) -> None:
    """Writes several files: afterwards all are there as a whole, or, if this raises, none of them is.

    The last one appears last, so that whoever finds it finds the others, whatever died in between. Raises like
    `write_durably`.
    """
    temporaries = {path: path.with_name(f".{path.name}.{os.getpid()}.tmp") for path in files}
    named: list[Path] = []
    path = Path()
    try:
        for path, data in files.items():
            with temporaries[path].open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        for path, temporary in temporaries.items():
            temporary.rename(path)
            named.append(path)
            _flush_directory(path.parent)
    except OSError as error:
        for left in (*temporaries.values(), *named):
            left.unlink(missing_ok=True)
        if is_out_of_space(error):
            raise disk_full(str(path)) from error
        raise


def _flush_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Artifacts:
    """The files below one directory; not safe for several writers."""

    def __init__(self, root: Path) -> None:
        self._root = root
        root.mkdir(parents=True, exist_ok=True)

    def path(self, digest: bytes) -> Path:
        """Where the file with this digest is, or would be."""
        name = digest.hex()
        return self._root / name[:2] / name

    def put(self, data: bytes) -> bytes:
        """Stores ``data`` and returns its 32-byte digest; raises like `write_durably`."""
        digest = hashlib.sha256(data).digest()
        path = self.path(digest)
        if not path.exists() or path.stat().st_size != len(data):
            path.parent.mkdir(exist_ok=True)
            write_durably(path, data)
            _flush_directory(self._root)
        return digest

    def adopt(self, source: Path) -> tuple[bytes, int]:
        """Moves a file of the same file system in, without copying; returns its 32-byte digest and size."""
        with source.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").digest()
            size = file.seek(0, os.SEEK_END)
            os.fsync(file.fileno())
        path = self.path(digest)
        path.parent.mkdir(exist_ok=True)
        source.rename(path)
        _flush_directory(path.parent)
        _flush_directory(self._root)
        return digest, size

    def get(self, digest: bytes) -> bytes:
        """Returns the stored bytes; raises `ArtifactCorruptError` if they are not what was stored."""
        try:
            data = self.path(digest).read_bytes()
        except FileNotFoundError as error:
            raise ArtifactCorruptError(digest) from error
        if hashlib.sha256(data).digest() != digest:
            raise ArtifactCorruptError(digest)
        return data

    def keep_only(self, digests: Set[bytes]) -> None:
        """Deletes every file that is not one of these, unfinished ones included."""
        names = {digest.hex() for digest in digests}
        for path in self._root.glob("*/*"):
            if path.name not in names:
                path.unlink()

    def remove(self, digest: bytes) -> None:
        """Deletes the file if it is there."""
        self.path(digest).unlink(missing_ok=True)
