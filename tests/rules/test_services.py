from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from models.periods import after
from models.placing import RunningService, Template
from models.rules.placing import may_renew
from models.rules.services import NextStep, ServicePeriod, period_of, together, what_next
from tests.bench import order_body

DAY = timedelta(days=1)
DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))
PERIODS = st.sampled_from(["P1D", "P30D", "P1M", "P6M", "P1Y", "P1Y6M15D", "P2Y"])


def period(since: str, until: str) -> ServicePeriod:
    return ServicePeriod(since=date.fromisoformat(since), until=date.fromisoformat(until))


@pytest.mark.parametrize(
    ("completed_on", "service_for", "until"),
    [
        ("2020-12-28", "P1Y", "2021-12-28"),
        ("2020-12-28", "P1D", "2020-12-29"),
        ("2020-02-29", "P1Y", "2021-02-28"),
        ("2020-02-29", "P4Y", "2024-02-29"),
        ("2023-02-28", "P1Y", "2024-02-28"),
        ("2021-01-31", "P1M", "2021-02-28"),
        ("2024-01-31", "P1M", "2024-02-29"),
    ],
)
def test_a_service_begins_on_the_day_of_completion(completed_on: str, service_for: str, until: str) -> None:
    """AMB-46, AMB-62."""
    assert period_of(date.fromisoformat(completed_on), service_for) == period(completed_on, until)


@pytest.mark.parametrize(
    ("completed_on", "expected"),
    [
        pytest.param("2021-06-01", ("2021-12-29", "2022-12-28"), id="long before"),
        pytest.param("2021-12-28", ("2021-12-29", "2022-12-28"), id="on the last day"),
        pytest.param("2021-12-29", ("2021-12-29", "2022-12-29"), id="on the day after"),
        pytest.param("2021-12-30", ("2021-12-30", "2022-12-30"), id="after a day without"),
    ],
)
def test_a_renewal_adds_to_what_is_left(completed_on: str, expected: tuple[str, str]) -> None:
    renewed = period_of(date.fromisoformat(completed_on), "P1Y", running_until=date(2021, 12, 28))
    assert renewed == period(*expected)


def test_a_renewal_after_the_28th_of_february_of_a_leap_year_begins_on_the_29th() -> None:
    renewed = period_of(date(2024, 1, 1), "P1Y", running_until=date(2024, 2, 28))
    assert renewed == period("2024-02-29", "2025-02-28")


@given(DAYS, PERIODS, DAYS)
def test_a_renewal_takes_nothing_away(completed_on: date, service_for: str, running_until: date) -> None:
    renewed = period_of(completed_on, service_for, running_until)
    assert renewed.since > running_until
    assert renewed.until >= period_of(completed_on, service_for).until


@pytest.mark.parametrize(
    ("today", "step"),
    [
        ("2021-12-27", NextStep.RENEW),
        ("2021-12-28", NextStep.RENEW),
        ("2021-12-29", NextStep.ORDER_AGAIN),
    ],
)
def test_the_last_day_is_still_for_renewing(today: str, step: NextStep) -> None:
    """AMP-ORD-24, AMB-60."""
    assert what_next(date(2021, 12, 28), date.fromisoformat(today)) is step


@given(DAYS)
def test_a_year_that_was_just_bought_can_be_renewed_at_once(today: date) -> None:
    """AMB-46: the year that may be left and the year that is bought are the same year."""
    service = RunningService(ends_on=period_of(today, "P1Y").until, version_submitted=True)
    assert service.ends_on == after(today, "P1Y")
    assert may_renew(service, today, "P1Y")


def test_services_that_follow_upon_each_other_are_one() -> None:
    first, second = period("2020-12-28", "2021-12-28"), period("2021-12-29", "2022-12-29")
    assert together([second, first]) == period("2020-12-28", "2022-12-29")
    assert together([first]) == first
    assert together([]) is None


def test_a_day_without_service_lies_between_two() -> None:
    first, second = period("2020-12-28", "2021-12-28"), period("2021-12-30", "2022-12-30")
    assert together([first, second]) == second


@given(st.lists(st.tuples(DAYS, PERIODS), min_size=1, max_size=6))
def test_the_furthest_last_day_counts(bought: list[tuple[date, str]]) -> None:
    periods = [period_of(*each) for each in bought]
    service = together(periods)
    assert service is not None
    assert service.until == max(each.until for each in periods)
    assert all(each.until + DAY < service.since or each.since >= service.since for each in periods)


def a_template(service_desk_url: object) -> Template:
    return Template.model_validate({**order_body()["template"], "service_desk_url": service_desk_url})


LONGEST = f"https://desk.example/{'a' * 479}"


@pytest.mark.parametrize(
    "url",
    [
        *(None, "https://desk.example", "https://desk.example:8443/", "https://DESK.example?to=a%20b#c"),
        *("https://xn--fiqs8s.example/@isv-1/?a=[1]&b=~", LONGEST),
    ],
)
def test_a_service_desk_is_kept_as_it_was_written(url: str | None) -> None:
    assert a_template(url).service_desk_url == url


@pytest.mark.parametrize(
    "url",
    [
        *("", "http://desk.example/", "javascript:alert(1)", "//desk.example", "desk.example", "https://"),
        *(
            "https://me:secret@desk.example/",
            "https://me@desk.example/",
            "https://good.example\\@evil.example",
        ),
        *("https://desk.example/a b", " https://desk.example/", "https://desk.example/\n", "https:///desk"),
        *("https://desk.example/\u202e", "https://微信.example/", 'https://desk.example/"><script>'),
        *("HTTPS://desk.example", "https://desk..example", "https://desk.example:x/", f"{LONGEST}a", 1, True),
        *("https://[::1]/", "alipays://platformapi/startapp"),
    ],
)
def test_a_service_desk_that_is_no_https_address_is_refused(url: object) -> None:
    """AMP-ORD-23."""
    with pytest.raises(ValidationError):
        a_template(url)
