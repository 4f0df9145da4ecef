"""VerifierService: checks proofs for callers who do not want to run the verifier themselves."""

import asyncio
import tempfile
from pathlib import Path
from typing import Any

from prover.errors import SetupError
from prover.service import intake, resources, status
from prover.service.checking import check
from prover.service.plain import set_fields, statement_message
from prover.service.settings import Settings
from prover.v1 import verifier_pb2
from verifier.profile import DEFAULT
from verifier.statement import Statement


class VerifierService:
    """The servicer of prover.v1.VerifierService; stateless."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._checks = 0

    async def VerifyProof(self, request: Any, context: Any) -> Any:  # noqa: N802 - the API's name
        """Answers ACCEPTED or REJECTED; refuses only requests that name no proof or no known profile."""
        if not request.proof:
            raise status.field_invalid("proof", "must not be empty")
        if len(request.proof) > intake.PROOF_BYTES:
            raise status.field_invalid("proof", f"must be at most {intake.PROOF_BYTES} bytes")
        profile = request.profile or DEFAULT
        intake.check_profile("profile", profile)
        if self._checks >= self._settings.verify_limit:
            raise SetupError("VERIFY_LIMIT", "Too many proofs are being checked.", "Try again later.")
        self._checks += 1
        try:
            return await self._answer(request, profile)
        finally:
            self._checks -= 1

    async def _answer(self, request: Any, profile: str) -> Any:
        with tempfile.TemporaryDirectory(prefix="sequitur-verify-") as directory:
            proof = Path(directory, "proof")
            await asyncio.to_thread(proof.write_bytes, request.proof)
            checked = await check(
                self._settings.entry_points.verify,
                proof,
                profile,
                set_fields(request.expected),
                self._settings.verify_time_limit,
            )
        response = verifier_pb2.VerifyProofResponse(duration=resources.duration(checked.seconds))
        if not checked.accepted:
            response.verdict = verifier_pb2.VerifyProofResponse.VERDICT_REJECTED
            response.reason = checked.reason
            return response
        response.verdict = verifier_pb2.VerifyProofResponse.VERDICT_ACCEPTED
        response.statement.CopyFrom(statement_message(Statement.decode(bytes.fromhex(checked.statement))))
        response.program = checked.program
        response.security.provable_bits = checked.bits
        response.security.binding_term = checked.binding
        response.security.profile = profile
        return response
