"""What outside systems say themselves of one case: the bank, and the wallet."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass
class AtBank:
    """What went through the simulated bank for one case, by the bank's own account."""

    remitted: dict[str, int] = field(default_factory=dict)
    """What the provider remitted: fen, by entry."""
    became: dict[str, str] = field(default_factory=dict)
    """What became of each entry that we were told of: the outcome of its notice."""
    paid_in: list[int] = field(default_factory=list)
    """What the platform paid into the provider's accounts, in fen."""
    paid_in_as_told: int = 0
    """How many payments that should be by the case's own record."""

    @property
    def proved_fen(self) -> int:
        return self._fen("matched")

    @property
    def unmatched_fen(self) -> int:
        return self._fen("unmatched")

    def _fen(self, became: str) -> int:
        return sum(fen for entry, fen in self.remitted.items() if self.became.get(entry) == became)

    def differences(self) -> Iterator[str]:
        for entry in self.remitted:
            if self.became.get(entry) is None:
                yield f"bank: nothing became of {entry}"
        if len(self.paid_in) != self.paid_in_as_told:
            yield f"bank: {len(self.paid_in)} payments into accounts, expected {self.paid_in_as_told}"


@dataclass
class AtWallet:
    """What went through the simulated wallet for one case, by the wallet's own account."""

    number: str | None = None
    """The number that the wallet opened."""
    remitted: dict[str, int] = field(default_factory=dict)
    """What came to the wallet: fen, by remittance."""
    sent_back: dict[str, str] = field(default_factory=dict)
    """What it sent back at once, and why."""

    @property
    def verified_fen(self) -> int:
        return sum(fen for each, fen in self.remitted.items() if each not in self.sent_back)

    @property
    def sent_back_fen(self) -> int:
        return sum(self.remitted.values()) - self.verified_fen

    def read(self, held: Json) -> None:
        """An application, as the wallet shows it."""
        self.number = held["number"]
        for each in held["remittances"]:
            self.remitted[each["remittance_id"]] = each["amount_fen"]
            if each["returned_because"]:
                self.sent_back[each["remittance_id"]] = each["returned_because"]
