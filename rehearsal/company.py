"""Companies that do not exist: their numbers are valid and obviously made up, and others in each run."""

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

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
        body = "DEM" + "".join(SIGNS[self._drawn(f"licence {place}", 31)] for place in range(5))
        code = f"91{NOWHERE}{body}{organisation_check_digit(body)}"
        return code + str(uscc.calc_check_digit(code))

    @property
    def representative(self) -> Said:
        born = LONG_AGO + timedelta(days=self._drawn("born", 3650))
        card = f"{NOWHERE}{born:%Y%m%d}{self._drawn('card', 1000):03d}"
        number = card + str(ric.calc_check_digit(card + "0"))
        return {
            "name": self.company.legal_representative,
            "document": {"type": "resident_id", "number": number},
        }

    def place(self) -> Said:
        """What the case is placed with, unless the sample says otherwise."""
        return {
            "provider_id": self.provider_id,
            "cloud_account": f"{self._drawn('cloud account', 10**12):012d}",
            "company": {"name": self.company.name, "licence_number": self.licence_number},
        }

    def registered(self) -> Said:
        """What is entered in the registers."""
        said = self.company.model_dump(mode="json", exclude={"registered", "legal_representative"})
        other = self.company.registered.model_dump(mode="json", exclude_none=True)
        named = {"name": other.pop("legal_representative", self.company.legal_representative)}
        person = {**self.representative, **named}
        return {**said, **other, "licence_number": self.licence_number, "legal_representative": person}

    def completed(self, said: Said, papers: Mapping[str, str], accounts: int) -> Said:
        """An event of the provider with what is made for the run, unless the sample says it.

        `papers` are the ids of what was handed in, by kind; `accounts` is how many were given before.
        """
        match said["event"]:
            case "identity_given":
                return {**said, "identity": {**self._identity(), **_given(said, "identity")}}
            case "application_submitted":
                return {**self._form(said), **said, **self._facts(said), **_papers(said, papers)}
            case "agreements_accepted":
                return {"signatory": {"name": self.company.legal_representative}, **said}
            case "account_given":
                return {**said, "account": {**self._account(accounts), **_given(said, "account")}}
        return said

    def _identity(self) -> Said:
        return {
            "company_name": self.company.name,
            "licence_number": self.licence_number,
            "legal_representative": self.representative,
        }

    def _form(self, said: Said) -> Said:
        contact: Said = {"name": self.company.legal_representative, "phone": "0571-26880000"}
        return {"contact": contact} if "categories" in said else {}

    def _facts(self, said: Said) -> Said:
        if "facts" not in said:
            return {}
        known = self.company.model_dump(mode="json", include={"founded_on", "registered_capital_fen"})
        return {"facts": {**known, **_given(said, "facts")}}

    def _account(self, before: int) -> Said:
        return {
            "account_type": "corporate",
            "holder": self.company.name,
            "bank": "招商银行",
            "branch_city": "深圳",
            "branch": "样例支行",
            "number": f"622200{self._drawn(f'account {before}', 10**9):09d}1",
            "controller_is_legal_representative": True,
        }

    def _drawn(self, what: str, below: int) -> int:
        return int.from_bytes(hashlib.sha256(f"{self.id} {what}".encode()).digest()[:8]) % below


def _given(said: Said, field: str) -> dict[str, Any]:
    found = said.get(field)
    return found if isinstance(found, dict) else {}


def _papers(said: Said, papers: Mapping[str, str]) -> Said:
    """A paper that is named by its kind is the one that was handed in last."""
    named = said.get("papers")
    if not isinstance(named, list):
        return {}
    return {
        "papers": [
            {"kind": each, "document_id": papers[each]} if isinstance(each, str) and each in papers else each
            for each in named
        ]
    }


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
