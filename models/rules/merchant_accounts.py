"""What stands against each thing that is said to a merchant account. Everything is told at once."""

from collections.abc import Iterator, Sequence

from models.admitting import Checked
from models.cases import Event
from models.merchant_accounts import (
    DecidedToReject,
    DraftSaved,
    MerchantAccount,
    MerchantAccountOutcome,
    MerchantAccountTerms,
    Number,
    OpenMerchantAccount,
    WalletFormSubmitted,
    Withdrawn,
)
from models.merchant_forms import AccountForm
from models.periods import local_date
from models.rules.b2b_numbers import b2b_findings
from models.rules.findings import Finding
from models.rules.merchant_company import company_sent, facts_of, missing, papers_sent, still_turned_down
from models.rules.merchant_forms import account_findings
from models.rules.merchant_papers import paper_findings

ENDED = ("open", "given_up")


def findings(asked: OpenMerchantAccount, terms: MerchantAccountTerms) -> list[Finding]:
    """What stands against opening an account: a scenario that the market does not offer (TCM-MCH-05..07)."""
    if asked.scenario in terms.scenarios:
        return []
    return [
        Finding(
            field="scenario",
            code="scenario-not-offered",
            rule="TCM-MCH-05",
            detail=f"this market offers {', '.join(terms.scenarios)}",
            next="send one that is offered",
        )
    ]


def against(event: Event, checked: Checked) -> Sequence[Finding]:
    """What stands against an event of a merchant account, given the case on record."""
    account = MerchantAccount.model_validate(checked.input)
    match event:
        case DraftSaved(number=number):
            return [*_not_asked_for(number, account)]
        case Withdrawn(number=number) | DecidedToReject(number=number):
            return [*_nothing_to_give_up(number, account, checked)]
        case WalletFormSubmitted() if Number.WALLET in account.scenario.numbers:
            return [*_wallet_form(event, account, checked)]
    return b2b_findings(event, checked) if Number.B2B in account.scenario.numbers else ()


def outcome_of(ended: Sequence[MerchantAccountOutcome]) -> MerchantAccountOutcome:
    """What became of a case, by what became of each number: the last of them that ended last."""
    opened = [each for each in ended if each is MerchantAccountOutcome.OPENED]
    if len(opened) == len(ended):
        return MerchantAccountOutcome.OPENED
    return MerchantAccountOutcome.PARTLY_OPENED if opened else ended[-1]


def _wallet_form(sent: WalletFormSubmitted, account: MerchantAccount, checked: Checked) -> Iterator[Finding]:
    lane, numbers = str(Number.WALLET), account.scenario.numbers
    form, found = company_sent(sent.company, lane, numbers, checked)
    yield from found
    kept = facts_of(lane, checked).get("account")
    details = sent.account or (checked.reveal(kept, AccountForm) if kept else None)
    if isinstance(details, AccountForm):
        name = str(checked.view.data["company_name"])
        yield from account_findings(details, name, local_date(checked.at))
    else:
        yield missing("account", "TCM-WX-03")
    if form is not None:
        yield from paper_findings(papers_sent(sent.papers, form, lane, checked), form)
    given = {"company": sent.company, "account": sent.account}
    yield from still_turned_down(lane, checked, given, sent.papers)


def _not_asked_for(number: Number, account: MerchantAccount) -> Iterator[Finding]:
    if number not in account.scenario.numbers:
        yield Finding(
            field="number",
            code="number-not-asked-for",
            rule="TCM-MCH-05",
            detail=f"this account opens {', '.join(account.scenario.numbers)}",
            next="name one of them, or open another account for the other number",
        )


def _nothing_to_give_up(
    number: Number | None, account: MerchantAccount, checked: Checked
) -> Iterator[Finding]:
    if number is None:
        return
    yield from _not_asked_for(number, account)
    if facts_of(number, checked).get("stage") in ENDED:
        yield Finding(
            field="number",
            code="number-has-ended",
            rule="TCM-MCH-30",
            detail="is open, or was given up before",
            next="name a number that is still to be opened",
        )
