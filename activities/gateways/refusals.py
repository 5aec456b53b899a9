"""What a gateway's no means to whoever asked on a case's behalf."""

from collections.abc import Iterator
from contextlib import contextmanager

from temporalio.exceptions import ApplicationError

from activities.gateways.payments import GatewayRefused


@contextmanager
def refusals() -> Iterator[None]:
    """A gateway's no is final; everything else is tried again."""
    try:
        yield
    except GatewayRefused as no:
        raise ApplicationError(no.code, type="Refused", non_retryable=True) from no
