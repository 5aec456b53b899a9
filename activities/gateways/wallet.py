"""The wallet as we need it. It fails as every gateway does: `GatewayUnavailable`, `GatewayRefused`."""

from typing import Protocol

from models.applyments import Application, Applyment


class Wallet(Protocol):
    """Where companies apply for a merchant number. Both calls may be repeated."""

    def submit(self, application: Application) -> Applyment:
        """Apply. The same reference and submission again change nothing; a later submission takes the place
        of one that was rejected, was canceled, or whose remittance lapsed (AMB-33, AMB-34). The answer may
        still show what was before."""

    def look_up(self, market: str, reference: str) -> Applyment | None:
        """What has become of it; None where nothing was ever submitted under that reference."""
