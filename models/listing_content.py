"""What a provider wants to show: a product in its four blocks (ALI-RECT-04), or its shop (TCM-SHOP-01).

A draft may leave anything out. What a market asks for, and whether it may stand there, the checks say.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from models.base import Fen, Frozen, Id, Text
from models.categories import CategoryKey
from models.documents import DocumentRef
from models.periods import Period
from models.placing import AccountType, TemplateKind

Title = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00]*$")
]
Prose = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000, pattern=r"^[^\x00]*$")
]
"""What buyers read: public, and kept as it was written."""
Address = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"^[^\x00]*$")]
"""A link as it was written. Whether it may stand there, the checks say."""


class Delivery(StrEnum):
    """How a buyer gets what it bought."""

    SAAS = "saas"
    IMAGE = "image"
    API = "api"
    SERVICE = "service"
    TEMPLATE = "template"


class Link(Frozen):
    title: Title
    url: Address


class Picture(Frozen):
    document: DocumentRef
    caption: Title | None = None


class Plan(Frozen):
    """What a product costs. Without a period it is paid once."""

    name: Id
    title: Title
    price_fen: Fen
    period: Period | None = None


class Access(Frozen):
    """Access information: how a buyer gets the product, and begins to use it."""

    delivery: Delivery | None = None
    template: TemplateKind | None = None
    url: Address | None = None
    instructions: Prose | None = None


class Basic(Frozen):
    """Basic information: what the product is, and where it stands in the market's taxonomy (TCM-CAT-19)."""

    title: Title | None = None
    summary: Text | None = None
    description: Prose | None = None
    category: CategoryKey | None = None
    """One of the general classes."""
    industries: Annotated[tuple[CategoryKey, ...], Field(max_length=20)] = ()
    """Whom it is for (TCM-CAT-18)."""
    pictures: Annotated[tuple[Picture, ...], Field(max_length=20)] = ()
    links: Annotated[tuple[Link, ...], Field(max_length=50)] = ()


class Business(Frozen):
    """Business information: what the provider does for its buyers, and what entitles it to."""

    scope: Text | None = None
    support: Text | None = None
    qualifications: Annotated[tuple[DocumentRef, ...], Field(max_length=20)] = ()


class Sales(Frozen):
    """Sales information: what it costs, and who may buy it (AMP-ORD-13)."""

    plans: Annotated[tuple[Plan, ...], Field(max_length=50)] = ()
    account_types: Annotated[tuple[AccountType, ...], Field(max_length=3)] = ()
    """Empty: anybody."""
    refunds: Text | None = None


class ProductContent(Frozen):
    kind: Literal["product"] = "product"
    access: Access | None = None
    basic: Basic | None = None
    business: Business | None = None
    sales: Sales | None = None

    @property
    def title(self) -> str | None:
        return self.basic.title if self.basic else None

    @property
    def category(self) -> str | None:
        return self.basic.category if self.basic else None

    @property
    def categories(self) -> tuple[str, ...]:
        """Its general class, and whom it is for."""
        own = (self.category,) if self.category else ()
        return (*own, *(self.basic.industries if self.basic else ()))


class CustomerService(Frozen):
    """How buyers reach the provider. It is shown to everybody: no person's own number belongs here."""

    hours: Text | None = None
    phone: Annotated[Text, Field(max_length=40)] | None = None
    url: Address | None = None


class ShopContent(Frozen):
    kind: Literal["shop"] = "shop"
    name: Title | None = None
    introduction: Prose | None = None
    announcement: Prose | None = None
    scope: Text | None = None
    features: Text | None = None
    customer_service: CustomerService | None = None
    best_sellers: Annotated[tuple[Id, ...], Field(max_length=20)] = ()
    """Products of this provider, by their ids."""
    logo: Picture | None = None
    links: Annotated[tuple[Link, ...], Field(max_length=50)] = ()

    @property
    def title(self) -> str | None:
        return self.name

    @property
    def category(self) -> str | None:
        """A shop stands in none."""
        return None

    @property
    def categories(self) -> tuple[str, ...]:
        return ()


Content = Annotated[ProductContent | ShopContent, Field(discriminator="kind")]
