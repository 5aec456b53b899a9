"""A final no, and what a gateway's means to whoever asked on a case's behalf."""

from collections.abc import Iterator
from contextlib import contextmanager

from temporalio.exceptions import ApplicationError

from activities.gateways.payments import GatewayRefused


def refused(detail: str) -> ApplicationError:
    """An answer, and it is no: never tried again by itself."""
    return ApplicationError(detail, type="Refused", non_retryable=True)


@contextmanager
def refusals() -> Iterator[None]:
    """A gateway's no is final; everything else is tried again."""
    try:
        yield
    except GatewayRefused as no:
        raise refused(no.code) from no
