"""What stands against a form for a corporate number: TCM-TEN-02, AMB-35 and what every form has to have."""

from datetime import UTC, datetime, timedelta

import pytest

from models.b2b_numbers import B2BFormSubmitted
from models.merchant_accounts import Scenario
from models.periods import CHINA
from tests.merchant_forms import PAPERS, administrator, b2b_details, company_form
from tests.rules.b2b_cases import CARD, LICENCE_PICTURE, NOW, checked, form, found, of_days
from tests.rules.merchant_cases import Found

LATE, EARLY = datetime(2024, 1, 10, 23, 59, tzinfo=CHINA), datetime(2024, 1, 11, 0, 1, tzinfo=CHINA)
MOMENT = timedelta(microseconds=1)

# --- pictures of one day (TCM-TEN-02, AMB-35)


def older(*kinds: str) -> Found:
    return [(f"papers.{kind}", "uploaded-on-another-day", "TCM-TEN-02") for kind in kinds]


@pytest.mark.parametrize(
    ("card", "licence", "named"),
    [
        (LATE, EARLY, CARD),
        (EARLY, LATE, (LICENCE_PICTURE,)),
        (LATE, LATE, ()),
        (EARLY, EARLY, ()),
        (datetime(2024, 1, 11, tzinfo=CHINA), NOW, ()),
        (datetime(2024, 1, 11, tzinfo=CHINA) - MOMENT, NOW, CARD),
        (datetime(2024, 1, 10, 16, tzinfo=UTC), NOW, ()),
        (datetime(2024, 1, 10, 16, tzinfo=UTC) - MOMENT, NOW, CARD),
    ],
)
def test_pictures_of_two_days_in_china_are_refused_naming_the_older(
    card: datetime, licence: datetime, named: tuple[str, ...]
) -> None:
    assert found(form(), checked(uploaded=of_days(card=card, licence=licence))) == older(*named)


def test_on_a_later_day_everything_has_to_be_handed_in_again_where_the_days_differ() -> None:
    """Whoever sends the older one again on that day would have two days again."""
    uploaded = of_days(card=LATE, licence=EARLY)
    tomorrow = checked(uploaded=uploaded, at=NOW + timedelta(days=1))
    assert found(form(), tomorrow) == older(LICENCE_PICTURE, *CARD)


def test_pictures_of_one_day_may_be_older_than_the_form() -> None:
    assert found(form(), checked(uploaded=of_days(card=LATE, licence=LATE), at=NOW)) == []


def test_one_side_of_the_card_alone_may_be_older() -> None:
    _, emblem = CARD
    uploaded = {**of_days(card=NOW, licence=NOW), emblem: LATE}
    assert found(form(), checked(uploaded=uploaded)) == older(emblem)


def test_a_market_that_only_warns_refuses_none() -> None:
    uploaded = of_days(card=LATE, licence=EARLY)
    assert found(form(), checked(uploaded=uploaded, market="rehearsal")) == []


def test_pictures_of_an_earlier_form_count_as_well() -> None:
    """Left out of the form that follows a rejection, and a day old by then."""
    kept = {paper.kind: paper.document_id for paper in PAPERS}
    given = checked(
        uploaded={**of_days(card=LATE, licence=NOW)},
        papers=kept,
        reasons=[{"field": "papers.credit_code_certificate", "code": "not-clear"}],
    )
    [licence] = [paper for paper in PAPERS if paper.kind == LICENCE_PICTURE]
    assert found(form(papers=(licence,)), given) == older(*CARD)


# --- the rest of the form


def test_everything_that_is_wrong_with_a_form_is_told_at_once() -> None:
    sent = form(
        company=company_form(administrator=administrator(email=None), entity_type="club"),
        details=b2b_details(applicant_name=None),
        papers=PAPERS[:1],
    )
    assert {field for field, _, _ in found(sent, checked())} == {
        "company.entity_type",
        "company.administrator.email",
        "details.applicant_name",
        "papers.identity_card_portrait",
        "papers.identity_card_emblem",
    }


def test_a_form_without_anything_names_what_is_missing() -> None:
    assert found(B2BFormSubmitted(), checked()) == [
        ("company", "missing", "TCM-MCH-12"),
        ("details", "missing", "TCM-TEN-05"),
    ]


def test_what_was_sent_before_may_be_left_out_but_for_what_was_turned_down() -> None:
    kept = {paper.kind: paper.document_id for paper in PAPERS}
    again = B2BFormSubmitted(company=company_form())
    assert found(again, checked("awaiting_scan", papers=kept)) == []
    turned_down = ("details.applicant_name", "papers.identity_card_emblem")
    reasons = [{"field": field, "code": "wrong"} for field in turned_down]
    assert found(again, checked("awaiting_scan", papers=kept, reasons=reasons)) == [
        ("details.applicant_name", "missing", "AMB-33"),
        ("papers.identity_card_emblem", "missing", "AMB-33"),
    ]


def test_a_number_that_was_not_asked_for_takes_no_form() -> None:
    """The case then says that it is not its turn."""
    assert found(B2BFormSubmitted(), checked(scenario=Scenario.WALLET)) == []
