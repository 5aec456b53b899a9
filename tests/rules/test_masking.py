import pytest

from models.rules.masking import masked


@pytest.mark.parametrize(
    "said",
    [
        "13800138000",
        "+86 138 0013 8000",
        "138.0013.8000",
        "138/0013/8000",
        "138  0013  8000",
        "0571-8888-0000",
        "11010519491231002X",
        "6222 0212 3456 7890 123",
        "sample.buyer@example.com",
    ],
)
def test_what_identifies_a_person_is_masked(said: str) -> None:
    assert masked(f"call {said}, please") == "call •••, please"


@pytest.mark.parametrize(
    "said",
    ["no capacity until 2026", "version 1.0.12 of 30 pages", "第 3 页缺图", "closed on 2020-12-28", "123456"],
)
def test_other_words_and_short_numbers_stay(said: str) -> None:
    assert masked(said) == said
