"""Documents in a bucket of S3, or of anything that speaks as S3 does."""

import boto3  # type: ignore[import-untyped]  # it brings no types
from botocore.config import Config  # type: ignore[import-untyped]  # the same
from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped]  # the same

from models.tables.documents.store import StoreUnavailable

THERE_ALREADY, BUSY = 412, 409
FASTER = (412, BUSY)
"""Somebody else has replaced it, or does so now."""
ROUNDS = 3
PATIENCE = {"connect_timeout": 2, "read_timeout": 5}
"""In seconds, for each of two attempts."""


class Bucket:
    """A shelf whose keys come from the usual AWS environment. `endpoint` is where S3 is not Amazon's."""

    def __init__(self, bucket: str, prefix: str, endpoint: str | None, region: str | None) -> None:
        style = {"addressing_style": "path"} if endpoint else {}
        self._bucket, self._prefix = bucket, prefix
        self._client = boto3.client(
            "s3",
            endpoint_url=endpoint,
            region_name=region,
            config=Config(
                **PATIENCE,
                retries={"mode": "standard", "total_max_attempts": 2},
                s3=style,
                request_checksum_calculation="when_required",  # others than Amazon know none
                response_checksum_validation="when_required",
            ),
        )

    def put_new(self, name: str, sealed: bytes) -> bool:
        """An attempt whose answer was lost finds its own document there, which is as good."""
        where = {"Bucket": self._bucket, "Key": self._prefix + name}
        for _ in range(ROUNDS):
            try:
                self._client.put_object(**where, Body=sealed, IfNoneMatch="*")
                return True
            except ClientError as error:
                if (status := _status(error)) == THERE_ALREADY:
                    return False
                if status != BUSY:  # two at once: neither is told who was first
                    raise StoreUnavailable(f"S3 answered {status}") from error
            except BotoCoreError as error:
                raise StoreUnavailable(type(error).__name__) from error
        raise StoreUnavailable("S3 is busy")

    def replace(self, name: str, sealed: bytes, beginning: bytes) -> bool:
        """An attempt whose answer was lost finds something else there, which is its own."""
        where = {"Bucket": self._bucket, "Key": self._prefix + name}
        part = {"Range": f"bytes=0-{len(beginning) - 1}"}
        try:
            there = self._client.get_object(**where, **part)
            with there["Body"] as body:
                if body.read() != beginning:
                    return False
            self._client.put_object(**where, Body=sealed, IfMatch=there["ETag"])
            return True
        except ClientError as error:
            if (status := _status(error)) in FASTER:
                return False
            raise StoreUnavailable(f"S3 answered {status}") from error
        except BotoCoreError as error:
            raise StoreUnavailable(type(error).__name__) from error

    def get(self, name: str, most: int | None = None) -> bytes | None:
        where = {"Bucket": self._bucket, "Key": self._prefix + name}
        part = {} if most is None else {"Range": f"bytes=0-{most - 1}"}
        try:
            with self._client.get_object(**where, **part)["Body"] as body:
                return bytes(body.read())
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchKey":
                return None
            raise StoreUnavailable(f"S3 answered {_status(error)}") from error
        except BotoCoreError as error:
            raise StoreUnavailable(type(error).__name__) from error


def _status(error: ClientError) -> int:
    return int(error.response["ResponseMetadata"]["HTTPStatusCode"])
