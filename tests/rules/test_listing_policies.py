"""A policy that names what nobody knows stops the start, with its line and field."""

from pathlib import Path

import pytest

from models.policies import HERE, BrokenPolicy, load

REHEARSAL = (HERE / "rehearsal.toml").read_text("utf-8")
AT = REHEARSAL.index("[[product-reviews]]")


@pytest.mark.parametrize(
    ("was", "now", "where"),
    [
        ('"basic.title"', '"basic.titel"', "product-reviews.0.terms.checks.required: a product"),
        ('kind = "product_picture"', 'kind = "photo"', "checks.pictures.kind: no document is of the kind"),
        ("risky = [", 'risky = ["no-such", ', "terms.risky: there is no class no-such"),
        ("at_most = 20", 'at_most = 20\nhosts = ["*.example"]', "checks.links.hosts: *.example is no host"),
        ("at_most = 20", 'at_most = 20\nhosts = ["Shop.example"]', "checks.links.hosts: Shop.example is"),
    ],
)
def test_a_name_that_nobody_knows_is_refused(tmp_path: Path, was: str, now: str, where: str) -> None:
    reviews = REHEARSAL[AT:]
    assert was in reviews
    (tmp_path / "rehearsal.toml").write_text(REHEARSAL[:AT] + reviews.replace(was, now, 1), "utf-8")
    with pytest.raises(BrokenPolicy) as broken:
        load(tmp_path)
    assert where in str(broken.value)
    assert broken.value.line > REHEARSAL[:AT].count("\n")


def test_a_shop_has_no_fields_of_a_product(tmp_path: Path) -> None:
    at = REHEARSAL.index("[[shop-reviews]]")
    shops = REHEARSAL[at:].replace("required = [", 'required = ["basic.title", ', 1)
    (tmp_path / "rehearsal.toml").write_text(REHEARSAL[:at] + shops, "utf-8")
    with pytest.raises(BrokenPolicy, match=r"shop-reviews\.0\.terms\.checks\.required: a shop has no field"):
        load(tmp_path)
