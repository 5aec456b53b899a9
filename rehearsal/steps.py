"""The steps of a sample: what people and outside systems do, and what is waited for."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from models.applyments import AuditDetail
from models.bank import ShortText
from models.base import Fen, Flag, Frozen, Id
from models.cases import Party
from models.links import Reach
from models.payments import PaymentMethod

Times = Annotated[int, Field(strict=True, ge=0, le=10)]


class Pay(Frozen):
    """Somebody pays what is asked, unless told otherwise. `late`: although the gateway's page is closed.

    `to` names the case that the money is for, where it is not the sample's own.
    """

    step: Literal["pay"]
    to: str | None = None
    amount_fen: Fen | None = None
    method: PaymentMethod | None = None
    notices: Times = 1
    late: Flag = False

    def __str__(self) -> str:
        return "pay"


class Send(BaseModel):
    """Somebody reports an event. What else it says stands beside its name; what is made for the run is added.

    `as` is an operator's own name: a decision that moves money needs two of them.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    step: Literal["event"]
    to: str | None = None
    sender: Party
    as_: Id | None = Field(None, alias="as")
    event: str
    refused: Id | None = None
    """By which rule it has to be refused, or how: `out-of-turn`."""

    @property
    def said(self) -> dict[str, JsonValue]:
        return {"event": self.event, **(self.model_extra or {})}

    def __str__(self) -> str:
        return f"{self.sender}: {self.event}"


class Wait(Frozen):
    """Until the case has reached a stage or opened a task, or what else `for` can name."""

    step: Literal["wait"]
    to: str | None = None
    for_: str = Field(alias="for")

    def __str__(self) -> str:
        return f"wait for {self.for_}"


class HandIn(Frozen):
    """The provider hands in a picture, on which SAMPLE stands. An application then names it by its kind."""

    step: Literal["hand_in"]
    kind: Id
    blurred: Flag = False

    def __str__(self) -> str:
        return f"hand in {self.kind}"


class TypeIn(Frozen):
    """The provider reads its statement and types in what came in, or something else."""

    step: Literal["type_in"]
    wrong: Flag = False

    def __str__(self) -> str:
        return "type in what came in"


class Remit(Frozen):
    """The provider remits what it was told to, unless told otherwise: to the platform, or to the wallet.

    `late`: only once the deadline has passed. Nobody but the wallet knows of that.
    """

    step: Literal["remit"]
    to: str | None = None
    amount_fen: Annotated[Fen, Field(ge=1)] | None = None
    payer: ShortText | None = None
    late: Flag = False
    notices: Times = 1

    def __str__(self) -> str:
        return "remit"


class Review(Frozen):
    """The wallet passes the form, or says of each field what is wrong with it."""

    step: Literal["review"]
    passed: Flag
    details: tuple[AuditDetail, ...] = ()
    notices: Times = 1

    def __str__(self) -> str:
        return "the wallet reviews"


class Sign(Frozen):
    """The super administrator scans the wallet's code and signs, or somebody else tries to."""

    step: Literal["sign"]
    name: ShortText | None = None
    notices: Times = 1

    def __str__(self) -> str:
        return "sign"


class OpenAlipay(Frozen):
    """The company opens an enterprise Alipay account, with so much in it. `holder`: somebody else does."""

    step: Literal["open_alipay"]
    holder: ShortText | None = None
    balance_fen: Fen = 0

    def __str__(self) -> str:
        return "open an Alipay account"


class Another(Frozen):
    """The same is asked for once more, as a case of its own: by which rule has it to be refused?"""

    step: Literal["another"]
    refused: Id

    def __str__(self) -> str:
        return "place another"


class Link(Frozen):
    """How a link, or every link of a host, is from now on."""

    step: Literal["link"]
    place: ShortText
    state: Reach

    def __str__(self) -> str:
        return f"{self.place} is {self.state}"


Step = Annotated[
    Pay | Send | Wait | HandIn | TypeIn | Remit | Review | Sign | OpenAlipay | Another | Link,
    Field(discriminator="step"),
]
