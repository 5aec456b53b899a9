"""The same as JSON, or as a page to read and to print: which of both is wanted, and how it is sent."""

from typing import Annotated, Any, Literal

from fastapi import Header, Query

Format = Annotated[Literal["json", "html"] | None, Query(description="A page to read and to print, or JSON.")]
Accept = Annotated[str, Header(include_in_schema=False)]
"""What counts where no format is named. The documentation sends it by itself."""
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Vary": "Accept",
}
CONTENT: dict[str, Any] = {"application/json": {}, "text/html": {}}
"""What the docs say of both."""


def headers_of(name: str, as_page: bool) -> dict[str, str]:
    """How it is sent, and what its file is called."""
    file = f"{name}.{'html' if as_page else 'json'}"
    return {**HEADERS, "Content-Disposition": f'inline; filename="{file}"'}


def wants_page(format: Format, accept: str) -> bool:
    """Whether a page is asked for; unless that is said, whether it is wanted by name, and more than JSON."""
    if format is not None:
        return format == "html"
    return _wanted(accept, "text/html") > max(_wanted(accept, "application/json"), 0.0)


def _wanted(accept: str, media_type: str) -> float:
    """How much a type is wanted by name; 0 where it is not named."""
    for part in accept.lower().split(","):
        name, *parameters = (each.strip() for each in part.split(";"))
        if name == media_type:
            weights = (each[2:] for each in parameters if each.startswith("q="))
            return _weight(next(weights, "1"))
    return 0.0


def _weight(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
