"""Whether an order may be placed (AMP-ORD-05..17, -21, AMP-IMP-09). Each finding names its field."""

from collections.abc import Iterator
from datetime import date, datetime

from models.base import Frozen
from models.periods import Period, after, local_date
from models.placing import AccountType, Contact, PlaceOrder, RunningService, TemplateKind
from models.rules.findings import Finding
from models.rules.identity.phones import phone_finding


class PlacingTerms(Frozen):
    """What a market asks of an order before it is placed."""

    renewal_horizon: Period
    """A renewal is refused while more service than this is left (AMP-ORD-16)."""
    ordinary_published_before: date
    """Ordinary templates published on this day or later are not sold (AMP-IMP-09)."""


def findings(order: PlaceOrder, terms: PlacingTerms, now: datetime) -> list[Finding]:
    """Everything that stands against the order, empty when it may be placed."""
    today = local_date(now)
    return [
        *_template(order, terms, today),
        *_mini_program(order),
        *_ends(order),
        *_contact(order.contact),
        *_agreement(order),
        *_buyer(order),
        *_renewal(order.running_service, terms, today),
    ]


def certifies_as_business(order: PlaceOrder) -> bool:
    """An individual may buy what is for individually owned businesses, and become one before the provider
    builds, if the account holder is the legal person (AMP-ORD-14, -15)."""
    wanted = order.template.account_types
    return (
        order.buyer.account_type is AccountType.INDIVIDUAL
        and AccountType.INDIVIDUAL not in wanted
        and AccountType.BUSINESS in wanted
        and order.buyer.is_legal_person
    )


def may_renew(service: RunningService, today: date, horizon: str) -> bool:
    """At most the horizon is left, its last day included; always without a version (AMP-ORD-16, -17)."""
    return not service.version_submitted or service.ends_on <= after(today, horizon)


def _template(order: PlaceOrder, terms: PlacingTerms, today: date) -> Iterator[Finding]:
    template = order.template
    if template.kind is TemplateKind.ORDINARY and template.published_on >= terms.ordinary_published_before:
        yield Finding(
            field="template.kind",
            code="ordinary-template-no-longer-published",
            rule="AMP-IMP-09",
            detail=f"ordinary templates end with {terms.ordinary_published_before}",
            next="publish it as an industry template",
        )
    if after(today, order.service_for) > after(today, template.longest_service):
        yield Finding(
            field="service_for",
            code="service-too-long",
            rule="AMP-ORD-07",
            detail=f"this template is sold for at most {template.longest_service}",
            next="choose a shorter period",
        )


def _mini_program(order: PlaceOrder) -> Iterator[Finding]:
    chosen = order.mini_program
    if chosen is None:
        yield Finding(
            field="mini_program",
            code="mini-program-missing",
            rule="AMP-ORD-05",
            detail="an order is for one mini-program",
            next="choose a mini-program, or create one",
        )
        return
    if chosen.authorised_to not in (None, order.provider_id):
        yield Finding(
            field="mini_program.authorised_to",
            code="authorised-elsewhere",
            rule="AMP-ORD-08",
            detail="another provider holds the authorisation of this mini-program",
            next="choose another mini-program, or withdraw that authorisation",
        )
    if chosen.has_version and not order.overwrite_accepted:
        yield Finding(
            field="overwrite_accepted",
            code="overwrite-not-accepted",
            rule="AMP-ORD-09",
            detail="implementing overwrites what is built, and its data are lost",
            next="show the warning and send the buyer's consent",
        )


def _ends(order: PlaceOrder) -> Iterator[Finding]:
    offered = order.template.ends
    unknown = [end for end in order.ends if end not in offered]
    if unknown or (not order.ends and len(offered) > 1):
        yield Finding(
            field="ends",
            code="unknown-end" if unknown else "no-end-chosen",
            rule="AMP-ORD-10",
            detail=f"this template can be published to {', '.join(offered)}",
            next="choose at least one of them",
        )


def _contact(contact: Contact | None) -> Iterator[Finding]:
    if contact is None or not (contact.phone or contact.email):
        yield Finding(
            field="contact" if contact is None else "contact.phone",
            code="contact-missing",
            rule="AMP-ORD-11",
            detail="the provider needs a name and a way to reach the buyer",
            next="send a name, and a phone or an e-mail address",
        )
    elif contact.phone and (refused := phone_finding(contact.phone, "contact.phone", "AMP-ORD-11")):
        yield refused


def _agreement(order: PlaceOrder) -> Iterator[Finding]:
    if not order.agreement_accepted:
        yield Finding(
            field="agreement_accepted",
            code="agreement-not-accepted",
            rule="AMP-ORD-12",
            detail="the agreement must be accepted to finish ordering",
            next="show the agreement and send the buyer's consent",
        )


def _buyer(order: PlaceOrder) -> Iterator[Finding]:
    wanted, account = order.template.account_types, order.buyer.account_type
    if not wanted or account in wanted or certifies_as_business(order):
        return
    could_certify = account is AccountType.INDIVIDUAL and AccountType.BUSINESS in wanted
    yield Finding(
        field="buyer.is_legal_person" if could_certify else "buyer.account_type",
        code="certify-by-hand" if could_certify else "account-type-not-served",
        rule="AMP-ORD-15" if could_certify else "AMP-ORD-13",
        detail=f"this template is for {', '.join(wanted)}",
        next="guide the buyer to identity certification",
    )


def _renewal(service: RunningService | None, terms: PlacingTerms, today: date) -> Iterator[Finding]:
    if service is not None and not may_renew(service, today, terms.renewal_horizon):
        yield Finding(
            field="running_service.ends_on",
            code="renewed-too-early",
            rule="AMP-ORD-16",
            detail=f"more than {terms.renewal_horizon} of service is left",
            next=f"order again when at most {terms.renewal_horizon} is left",
        )
