"""What a bank account's case asks of the bank before it gives a round up."""

from dataclasses import dataclass

from temporalio import activity

from activities.bank_checks import BankChecks
from activities.gateways.refusals import refusals
from models.bank import Matched, RemittanceNotice
from models.bank_accounts import AskedRemittance, FoundRemittance


@dataclass(frozen=True, slots=True)
class BankAccounts:
    checks: BankChecks

    @activity.defn(name="ask_for_remittance")
    def ask(self, asked: AskedRemittance) -> FoundRemittance:
        """Whether a remittance came in time of which no notice told. Repeatable: an entry is decided once."""
        ref = asked.ref
        with refusals():
            entries = self.checks.bank.entries_since(asked.since)
        for entry in entries:
            if entry.market != ref.market:
                continue
            found = self.checks.remitted(RemittanceNotice(market=ref.market, entry_id=entry.entry_id))
            if isinstance(found, Matched) and (found.case_id, found.round) == (ref.case_id, ref.round):
                return FoundRemittance(at=found.at)
        return FoundRemittance(at=None)
