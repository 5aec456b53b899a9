import pytest
from pydantic import TypeAdapter, ValidationError

from models.base import Fen, Flag, Frozen, Id, Text
from models.orders import RefundRequested, VersionSubmitted

FEN, FLAG, ID, TEXT = TypeAdapter(Fen), TypeAdapter(Flag), TypeAdapter(Id), TypeAdapter(Text)


@pytest.mark.parametrize("amount", [0, 1, 9900, 10**15])
def test_money_is_a_whole_number_of_fen(amount: int) -> None:
    assert FEN.validate_python(amount) == FEN.validate_json(str(amount)) == amount


@pytest.mark.parametrize(
    "amount", [True, False, "1", "1_000", "１", 1.0, 0.1, 1e2, float("nan"), -1, 10**15 + 1, 10**400, None]
)
def test_what_is_no_amount_of_money_is_refused(amount: object) -> None:
    """CV-8."""
    with pytest.raises(ValidationError):
        FEN.validate_python(amount)


@pytest.mark.parametrize(
    "text", ["true", '"1"', "1.0", "1e2", "NaN", "Infinity", "-1", "-0.0", "1" + "0" * 16, "1" * 5000, "null"]
)
def test_what_is_no_amount_of_money_in_json_is_refused(text: str) -> None:
    """CV-8."""
    with pytest.raises(ValidationError):
        FEN.validate_json(text)


@pytest.mark.parametrize("flag", [1, 0, "true", "yes", None])
def test_consent_is_true_or_false_and_nothing_like_it(flag: object) -> None:
    with pytest.raises(ValidationError):
        FLAG.validate_python(flag)


@pytest.mark.parametrize("id_", ["a", "A1", "o-1.2_3", "x" * 64])
def test_an_id_may_stand_in_a_url(id_: str) -> None:
    assert ID.validate_python(id_) == id_


@pytest.mark.parametrize(
    "id_", ["", "x" * 65, "-a", ".", "..", "a/b", "a:b", "a b", "a%2F", "a\n", "订单", "a\x00", 1, None]
)
def test_what_could_not_stand_in_a_url_is_no_id(id_: object) -> None:
    with pytest.raises(ValidationError):
        ID.validate_python(id_)


def test_text_is_trimmed() -> None:
    assert TEXT.validate_python("  面包店 \n") == "面包店"


@pytest.mark.parametrize("text", ["", " \n\t", "x" * 501, 1, None, "\ud800"])
def test_text_says_something_and_not_too_much(text: object) -> None:
    with pytest.raises(ValidationError):
        TEXT.validate_python(text)


@pytest.mark.parametrize("text", ["1.0\x00", "\x00", "a\x00b"])
def test_text_that_postgresql_cannot_store_is_refused(text: str) -> None:
    """A NUL would be accepted as an event and then never go on record."""
    with pytest.raises(ValidationError):
        VersionSubmitted(version=text)


def test_a_value_is_immutable_and_closed() -> None:
    class Point(Frozen):
        x: int

    with pytest.raises(ValidationError):
        Point(x=1).x = 2  # type: ignore[misc]
    with pytest.raises(ValidationError):
        Point.model_validate({"x": 1, "y": 2})


def test_a_buyers_act_names_the_buyer() -> None:
    with pytest.raises(ValidationError):
        RefundRequested.model_validate({})
    with pytest.raises(ValidationError):
        RefundRequested.model_validate({"on_behalf_of": {"party": "provider", "id": "isv-1"}})
