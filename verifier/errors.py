"""The one way the verifier says no."""


class Rejected(Exception):
    """The bytes were not accepted; `reason` says why, in one sentence for a person."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
