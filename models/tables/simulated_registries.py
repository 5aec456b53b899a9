"""What the simulated company register and the simulated real-name system hold."""

from datetime import date

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel


class SimulatedCompany(SQLModel, table=True):
    """A register is public, with the names of legal representatives in it."""

    __tablename__ = "simulated_companies"

    licence_number: str = Field(primary_key=True)
    name: str
    legal_representative: str
    founded_on: date
    registered_capital_fen: int = Field(sa_type=BigInteger)
    status: str


class SimulatedPerson(SQLModel, table=True):
    """A document and its holder, neither of them in clear: real names are asked about, and never read out."""

    __tablename__ = "simulated_people"

    document_digest: str = Field(primary_key=True)
    name_digest: str
