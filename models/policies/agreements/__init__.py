"""The texts that providers sign: one file a version, `<market>/<name>-<version>.md`, in both languages.

Ours are samples for the operator's lawyers to replace.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from models.agreements import AgreementTerms
from models.policies import BrokenPolicy, MarketPolicy

HERE = Path(__file__).parent
FILE_NAME = re.compile(r"(?P<name>[A-Za-z0-9._-]+?)-(?P<version>\d[A-Za-z0-9._-]*)")
"""A version begins with the first digit after a hyphen: `product-partner-2024-11-12` is one of 2024."""
Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class AgreementText:
    """What a version says, and the digest of its bytes."""

    file: Path
    text: str
    sha256: str


@dataclass(frozen=True, slots=True)
class AgreementTexts:
    """Every text there is, also of versions that nobody signs any more: whoever signed may read them."""

    texts: Mapping[Key, AgreementText]

    def of(self, market: str, name: str, version: str) -> AgreementText | None:
        return self.texts.get((market, name, version))

    def check(self, market: str, terms: AgreementTerms) -> None:
        """Refuses, with BrokenPolicy, a text that is not there, or not the one that the policy means."""
        found = self.of(market, terms.name, terms.version)
        if found is None:
            file = HERE / market / f"{terms.name}-{terms.version}.md"
            raise BrokenPolicy(file, 0, market, "is not there, and a policy asks to sign it")
        if found.sha256 != terms.sha256:
            reason = f"is {found.sha256}, and the policy of {market} says {terms.sha256}"
            raise BrokenPolicy(found.file, 0, "sha256", reason)


def load_texts(markets: Mapping[str, MarketPolicy], folder: Path | None = None) -> AgreementTexts:
    """Every text. Raises BrokenPolicy where one is not what a version of a market's policy says of it."""
    texts = read_texts(folder)
    for market, policy in markets.items():
        for version in policy.provider_onboardings:
            for terms in version.terms.agreements:
                texts.check(market, terms)
    return texts


def read_texts(folder: Path | None = None) -> AgreementTexts:
    """Every text. One in `folder/agreements` replaces ours of the same market and file name.

    Raises BrokenPolicy for a file whose name says no version, and for one that is not UTF-8.
    """
    folders = (HERE, *([folder / HERE.name] if folder else []))
    files = {(file.parent.name, file.name): file for each in folders for file in sorted(each.glob("*/*.md"))}
    return AgreementTexts(dict(_read(file) for file in files.values()))


def lines(texts: AgreementTexts) -> Iterator[str]:
    """What a policy says of each text, for whoever writes one."""
    for (market, name, version), found in sorted(texts.texts.items()):
        yield f'{market}: name = "{name}", version = "{version}", sha256 = "{found.sha256}"'


def _read(file: Path) -> tuple[Key, AgreementText]:
    named = FILE_NAME.fullmatch(file.stem)
    if named is None:
        reason = "must be <name>-<version>.md, where a version begins with a digit"
        raise BrokenPolicy(file, 0, "file name", reason)
    content = file.read_bytes()
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BrokenPolicy(file, line, "-", str(error)) from error
    digest = hashlib.sha256(content).hexdigest()
    return (file.parent.name, named["name"], named["version"]), AgreementText(file, text, digest)
