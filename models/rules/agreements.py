"""Which agreements a provider signs, and whether it accepted them (ALI-ONB-09..11, TCM-ONB-06..08)."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from models.agreements import AgreementRef, AgreementTerms, Audience
from models.periods import local_date
from models.rules.findings import Finding


def to_sign(agreements: Sequence[AgreementTerms], is_partner: bool) -> tuple[AgreementTerms, ...]:
    """What this provider has to sign: a partner already has the partner agreements (ALI-ONB-09, -11)."""
    return tuple(each for each in agreements if each.audience is Audience.EVERYBODY or not is_partner)


def acceptance_findings(
    accepted: Sequence[AgreementRef],
    owed: Sequence[AgreementTerms],
    *,
    together: bool,
    field: str = "agreements",
) -> list[Finding]:
    """Everything that stands against this acceptance of what is still owed.

    `together` asks for all of them at once (TCM-ONB-06); otherwise they may come one by one (ALI-ONB-11).
    """
    found = [
        finding
        for place, each in enumerate(accepted)
        for finding in _of_one(each, accepted[:place], owed, f"{field}.{place}")
    ]
    names = {each.name for each in accepted}
    missing = [each for each in owed if together and each.name not in names]
    return found + [
        Finding(
            field=field,
            code="agreement-missing",
            rule=each.rule,
            detail=f"{each.name} is not accepted, and all are accepted together",
            next=f"show version {each.version} of {each.name} and send its acceptance, too",
        )
        for each in missing
    ]


def effective_on(accepted_at: datetime) -> date:
    """The local day of the acceptance is the first day of the agreement (TCM-ONB-08, CV-1)."""
    return local_date(accepted_at)


def _of_one(
    each: AgreementRef, before: Sequence[AgreementRef], owed: Sequence[AgreementTerms], field: str
) -> Iterator[Finding]:
    asked = next((terms for terms in owed if terms.name == each.name), None)
    if asked is None:
        yield Finding(
            field=f"{field}.name",
            code="unknown-agreement",
            detail="this is none of the agreements to be accepted now",
            next=f"accept {', '.join(terms.name for terms in owed)}" if owed else "leave it out",
        )
        return
    if each.version != asked.version:
        yield Finding(
            field=f"{field}.version",
            code="other-version",
            rule=asked.rule,
            detail=f"version {asked.version} of {asked.name} is to be accepted",
            next=f"show version {asked.version} and send its acceptance",
        )
    if any(other.name == each.name for other in before):
        yield Finding(
            field=f"{field}.name",
            code="agreement-twice",
            rule=asked.rule,
            detail=f"{asked.name} is accepted in this request already",
            next="name each agreement once",
        )
