"""The same picture handed in again: a new upload, and no second document (TCM-TEN-02, AMB-35)."""

import fcntl
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError  # type: ignore[import-untyped]  # it brings no types

from models.cases import Actor
from models.documents import StoredDocument
from models.tables.documents.directory import Directory
from models.tables.documents.s3 import Bucket
from models.tables.documents.store import ROUNDS, SealedDocuments, StoreUnavailable
from tests.activities.shelves import CIPHER, KIND, NOW, PICTURE, WHOSE, Kept, document, in_directory

SHELVES = (Directory, Bucket)
ID = document().document_id


def later(days: float, **changes: Any) -> StoredDocument:
    """As it is handed in again, by somebody who knows of no earlier time."""
    at = NOW + timedelta(days=days)
    return document(uploaded_at=at, first_uploaded_at=at, **changes)


def put(kept: Kept, each: StoredDocument) -> StoredDocument:
    return kept.store.put_new(*WHOSE, each, PICTURE)


def times(kept: Kept) -> tuple[datetime, datetime]:
    found = kept.store.find(*WHOSE, KIND, ID)
    assert found is not None
    return found.first_uploaded_at, found.uploaded_at


def before_replacing(monkeypatch: pytest.MonkeyPatch, first: Callable[[], object]) -> None:
    """Something that happens between the look at what lies there and its replacement, once."""
    waiting = [first]
    for shelf in SHELVES:

        def replace(self: Any, *what: Any, really: Callable[..., bool] = shelf.replace) -> bool:
            if waiting:
                waiting.pop()()
            return really(self, *what)

        monkeypatch.setattr(shelf, "replace", replace)


def test_the_same_again_is_uploaded_anew_and_keeps_when_that_was_first(kept: Kept) -> None:
    first, operator = document(), Actor(role="operator", subject="op-1")
    put(kept, first)
    for day in (1, 2):
        again = put(kept, later(day, uploaded_by=operator))
        uploaded = {"uploaded_at": NOW + timedelta(days=day), "uploaded_by": operator}
        assert again == first.model_copy(update=uploaded)
        assert again.first_uploaded_at == NOW
        assert kept.store.find(*WHOSE, KIND, ID) == again
        assert kept.store.read(*WHOSE, KIND, ID) == (again, PICTURE)
    assert len(kept.shelf()) == 1


@pytest.mark.parametrize("days", [-1, -1e-9, 0])
def test_whoever_comes_late_takes_no_time_back(kept: Kept, days: float) -> None:
    first = document()
    put(kept, first)
    before = kept.shelf()
    assert put(kept, later(days)) == first
    assert kept.shelf() == before


def test_somebody_faster_with_a_later_time_stays(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    put(kept, document())
    before_replacing(monkeypatch, lambda: put(kept, later(2)))
    assert put(kept, later(1)).uploaded_at == NOW + timedelta(days=2)
    assert times(kept) == (NOW, NOW + timedelta(days=2))


def test_somebody_faster_with_an_earlier_time_is_followed(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(kept, document())
    before_replacing(monkeypatch, lambda: put(kept, later(1)))
    assert put(kept, later(2)).uploaded_at == NOW + timedelta(days=2)
    assert times(kept) == (NOW, NOW + timedelta(days=2))


def test_forty_at_once_after_the_first_leave_the_last_time_and_readers_see_whole_pictures(
    tmp_path: Path,
) -> None:
    kept, together = in_directory(tmp_path / "documents"), Barrier(41)
    put(kept, document())
    puts = [later(day) for day in range(1, 41)]

    def again(each: StoredDocument) -> StoredDocument:
        together.wait()
        return put(kept, each)

    def read() -> set[bytes | None]:
        together.wait()
        found = [kept.store.read(*WHOSE, KIND, ID) for _ in range(200)]
        return {each and each[1] for each in found}

    with ThreadPoolExecutor(41) as pool:
        seen = pool.submit(read)
        answers = list(pool.map(again, puts))
    assert seen.result() == {PICTURE}
    assert all(answer.uploaded_at >= each.uploaded_at for answer, each in zip(answers, puts, strict=True))
    assert {answer.first_uploaded_at for answer in answers} == {NOW}
    assert times(kept) == (NOW, puts[-1].uploaded_at)
    assert len(kept.shelf()) == 1


def test_a_document_from_before_this_was_noted_was_uploaded_once(kept: Kept) -> None:
    put(kept, document())
    [key] = kept.shelf()
    name = key.rpartition("/")[2]
    old = document().model_dump_json(exclude={"first_uploaded_at"}).encode()
    facts, picture = CIPHER.seal_bytes(old, f"{name}:facts"), CIPHER.seal_bytes(PICTURE, f"{name}:content")
    kept.change(key, len(facts).to_bytes(4) + facts + picture)
    assert times(kept) == (NOW, NOW)
    put(kept, later(1))
    assert times(kept) == (NOW, NOW + timedelta(days=1))


def test_what_cannot_be_opened_is_not_written_over(kept: Kept) -> None:
    put(kept, document())
    [key] = kept.shelf()
    kept.change(key, b"broken")
    with pytest.raises(StoreUnavailable):
        put(kept, later(1))
    assert kept.shelf() == {key: b"broken"}


def test_what_went_meanwhile_is_not_put_back_half_known(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    put(kept, document())
    for shelf in SHELVES:
        monkeypatch.setattr(shelf, "get", lambda *_: None)
    with pytest.raises(StoreUnavailable):
        put(kept, later(1))


def test_who_never_gets_through_is_told_so(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    put(kept, document())
    before, tries = kept.shelf(), list[object]()
    for shelf in SHELVES:
        monkeypatch.setattr(shelf, "replace", lambda *what: tries.append(what))
    with pytest.raises(StoreUnavailable, match="again and again"):
        put(kept, later(1))
    assert len(tries) == ROUNDS
    assert kept.shelf() == before


def test_in_a_directory_one_at_a_time_compares_and_replaces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, locked, really = in_directory(tmp_path), list[bool](), os.replace
    put(kept, document())

    def replace(*what: Any) -> None:
        other = os.open(tmp_path, os.O_RDONLY)
        try:
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
            locked.append(False)
        except BlockingIOError:
            locked.append(True)
        finally:
            os.close(other)
        really(*what)

    monkeypatch.setattr("os.replace", replace)
    put(kept, later(1))
    put(kept, later(2))
    assert locked == [True, True]


def in_the_bucket(kept: Kept) -> Bucket:
    assert isinstance(kept.store, SealedDocuments)
    assert isinstance(kept.store._shelf, Bucket)
    return kept.store._shelf


@pytest.mark.parametrize("kept", ["s3"], indirect=True)
@pytest.mark.parametrize(("others", "mine"), [(1, 2), (2, 1)])
@pytest.mark.parametrize("status", [412, 409])
def test_in_a_bucket_nobody_replaces_what_he_has_not_seen(
    kept: Kept, others: int, mine: int, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is faster is noticed by the bucket itself, or it says that two are at it."""
    put(kept, document())
    client = in_the_bucket(kept)._client
    really, waiting = client.put_object, [later(others)]

    def put_object(**what: Any) -> Any:
        if "IfMatch" in what and waiting:
            put(kept, waiting.pop())
            if status == 409:
                conflict: Any = {"ResponseMetadata": {"HTTPStatusCode": 409}}
                raise ClientError({**conflict, "Error": {"Code": "ConditionalRequestConflict"}}, "PutObject")
        return really(**what)

    monkeypatch.setattr(client, "put_object", put_object)
    assert put(kept, later(mine)).uploaded_at == NOW + timedelta(days=2)
    assert times(kept) == (NOW, NOW + timedelta(days=2))


@pytest.mark.parametrize("kept", ["s3"], indirect=True)
@pytest.mark.parametrize("performed", [True, False])
def test_a_bucket_that_does_not_answer_may_have_noted_it_and_again_does_no_harm(
    kept: Kept, performed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(kept, document())
    client = in_the_bucket(kept)._client
    really = client.put_object

    def put_object(**what: Any) -> Any:
        if "IfMatch" in what:
            if performed:
                really(**what)
            raise ConnectionClosedError(endpoint_url="s3")
        return really(**what)

    monkeypatch.setattr(client, "put_object", put_object)
    with pytest.raises(StoreUnavailable, match="ConnectionClosedError"):
        put(kept, later(1))
    monkeypatch.undo()
    assert put(kept, later(1)).uploaded_at == NOW + timedelta(days=1)
    assert times(kept) == (NOW, NOW + timedelta(days=1))
    assert kept.store.read(*WHOSE, KIND, ID) is not None


def test_a_directory_that_cannot_be_written_is_unavailable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = in_directory(tmp_path)
    put(kept, document())
    before = kept.shelf()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(StoreUnavailable):
        put(kept, later(1))
    assert kept.shelf() == before  # and no unfinished file beside it
