"""Companies that do not exist: their numbers are valid and obviously made up, and others in each run."""

import hashlib
import io
from dataclasses import dataclass
from datetime import date, timedelta

from PIL import Image, ImageDraw, ImageFilter, ImageFont
from pydantic import Field, JsonValue
from stdnum.cn import ric, uscc

from models.base import Fen, Frozen, Text
from models.identity import CompanyStatus
from models.periods import Day
from models.rules.identity.licences import organisation_check_digit

SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""What a unified social credit code is written in."""
NOWHERE = "110000"
"""A province without a county: nobody is registered, or was born, there."""
LONG_AGO = date(1900, 1, 1)
"""From here on the people are born who represent these companies."""
SIZE = (1000, 700)
PEOPLE = {"legal_representative", "administrator"}
Said = dict[str, JsonValue]


class Registered(Frozen):
    """What the registers say differently."""

    name: Text | None = None
    legal_representative: Text | None = None
    founded_on: Day | None = None
    registered_capital_fen: Fen | None = None
    status: CompanyStatus | None = None


class Company(Frozen):
    """The company that applies. Before its case begins it is entered in the simulated registers."""

    name: Text
    legal_representative: Text = "样例"
    administrator: Text | None = None
    """Who may sign for it at the wallet, where it is not the legal representative."""
    founded_on: Day = date(2015, 6, 1)
    registered_capital_fen: Fen = 100_000_000
    registered: Registered = Field(default_factory=Registered)


@dataclass(frozen=True)
class Applicant:
    """A company in one run, and what it says. A case id that was never used makes numbers that never were."""

    company: Company
    id: str

    @property
    def provider_id(self) -> str:
        return f"isv-{self.id}"[:64]

    @property
    def licence_number(self) -> str:
        body = "DEM" + "".join(SIGNS[self.drawn(f"licence {place}", 31)] for place in range(5))
        code = f"91{NOWHERE}{body}{organisation_check_digit(body)}"
        return code + str(uscc.calc_check_digit(code))

    @property
    def representative(self) -> Said:
        name = self.company.legal_representative
        return {"name": name, "document": {"type": "resident_id", "number": self.card_of(name)}}

    def card_of(self, name: str) -> str:
        """The number of somebody's resident card."""
        whose = "" if name == self.company.legal_representative else f" of {name}"
        born = LONG_AGO + timedelta(days=self.drawn(f"born{whose}", 3650))
        card = f"{NOWHERE}{born:%Y%m%d}{self.drawn(f'card{whose}', 1000):03d}"
        return card + str(ric.calc_check_digit(card + "0"))

    def place(self) -> Said:
        """What a case about the company is placed with, unless the sample says otherwise."""
        return {
            "provider_id": self.provider_id,
            "cloud_account": f"{self.drawn('cloud account', 10**12):012d}",
            "company": {"name": self.company.name, "licence_number": self.licence_number},
            "onboarding": self.id,
        }

    def registered(self) -> Said:
        """What is entered in the registers."""
        said = self.company.model_dump(mode="json", exclude={"registered", *PEOPLE})
        other = self.company.registered.model_dump(mode="json", exclude_none=True)
        named = {"name": other.pop("legal_representative", self.company.legal_representative)}
        person = {**self.representative, **named}
        return {**said, **other, "licence_number": self.licence_number, "legal_representative": person}

    def account_number(self, before: int) -> str:
        """Of a bank account, each time another one."""
        return f"622200{self.drawn(f'account {before}', 10**9):09d}1"

    def drawn(self, what: str, below: int) -> int:
        """A number that is another one in each run."""
        return int.from_bytes(hashlib.sha256(f"{self.id} {what}".encode()).digest()[:8]) % below


def picture(title: str, *, blurred: bool) -> bytes:
    """A page with SAMPLE on it, as PNG."""
    page = Image.new("RGB", SIZE, "#fdfcf7")
    pen = ImageDraw.Draw(page)
    pen.rectangle((20, 20, SIZE[0] - 20, SIZE[1] - 20), outline="#a33", width=6)
    pen.text((500, 300), "SAMPLE", fill="#a33", font=ImageFont.load_default(140), anchor="mm")
    pen.text((500, 480), title, fill="#333", font=ImageFont.load_default(32), anchor="mm")
    if blurred:
        page = page.filter(ImageFilter.GaussianBlur(18))
    content = io.BytesIO()
    page.save(content, "PNG")
    return content.getvalue()
