"""A fault of the scheduler itself ends the service instead of leaving jobs that nobody takes up."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from prover.errors import SequiturError
from prover.service import server
from prover.service.settings import EntryPoints, Settings
from prover.store.lifecycle import State
from prover.store.store import Store

FAKE = EntryPoints("tests.prover.service.fake:prove_batch", "tests.prover.service.fake:verify")


def test_a_service_whose_scheduler_fails_ends_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = Store.oldest

    async def oldest(self: Store, state: State, limit: int) -> list[Any]:
        if state is State.QUEUED:
            raise RuntimeError
        return await honest(self, state, limit)

    monkeypatch.setattr(Store, "oldest", oldest)
    announced: list[str] = []
    settings = Settings(tmp_path / "store", "127.0.0.1:0", reserved_bytes=0, entry_points=FAKE)
    with pytest.raises(SequiturError) as caught:
        asyncio.run(asyncio.wait_for(server.serve(settings, announced.append), 60))
    assert caught.value.code == "SERVICE_FAULT"
    assert len(announced) == 1
    # Everything was given free: the next start can take the store.
    Store(tmp_path / "store").close()
