"""`python -m tests.kernel.portable_proofs KERNEL`: digests of proofs made with that build of the kernel."""

import hashlib
import importlib.util
import json
import sys
from importlib.machinery import ExtensionFileLoader
from pathlib import Path

MODULE = "prover._kernel"
BLOCK = Path(__file__).parents[2] / "examples" / "celestia_mainnet_block_10126899.json"
NAMESPACE = bytes.fromhex("00000000000000000000000000000000000000ca1de12a8c022bd46803")


def use(kernel: str) -> int:
    """Let this build be the kernel of this process, before anything imports one; returns its lanes."""
    import prover

    loader = ExtensionFileLoader(MODULE, kernel)
    spec = importlib.util.spec_from_file_location(MODULE, kernel, loader=loader)
    assert spec is not None and MODULE not in sys.modules
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    sys.modules[MODULE] = prover._kernel = module
    lanes: int = module.lanes()
    return lanes


def proofs() -> dict[str, bytes]:
    """Proofs of every toy, and of the real block."""
    from prover.pipeline import Request, prove_batch
    from tests.verifier.proofs import TOYS, make
    from verifier.profile import DEFAULT

    request = Request("celestia", "log", NAMESPACE, (BLOCK.read_bytes(),), 0, b"", DEFAULT)
    toys = {name: make(toy).messages for name, toy in TOYS.items()}
    return {**toys, "celestia-log": prove_batch(request).proof}


if __name__ == "__main__":
    lanes = use(sys.argv[1])
    digests = {name: hashlib.sha256(proof).hexdigest() for name, proof in proofs().items()}
    print(json.dumps({"lanes": lanes, "proofs": digests}))
