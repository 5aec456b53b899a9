"""The company that onboards a provider: whose every account has to be."""

from models.base import Flag, Frozen


class AskedCompany(Frozen):
    """Whose account it has to be: the onboarding's company."""

    market: str
    provider_id: str
    onboarding: str


class OnboardedCompany(Frozen):
    """None: there is no such onboarding of this provider in this market."""

    name: str | None
    licence_number: str | None = None
    onboarded: Flag = False
    """Whether it was let in; before that the onboarding is under way."""
