"""Documents at rest: put once, found by whose they are, and showing nothing to whoever sees the shelf."""

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest

from models.documents import StoredDocument
from models.tables.documents import BrokenDocumentsUrl, documents_in
from models.tables.documents.directory import Directory
from models.tables.documents.store import SealedDocuments, StoreUnavailable
from models.tables.privacy import Cipher
from tests.activities.shelves import CANARY, CIPHER, KIND, NOW, PICTURE, WHOSE, Kept, document, in_directory
from tests.api.caller import free_port
from tests.pictures import of_size, stored


def test_what_was_put_is_found_and_read_as_it_was(kept: Kept) -> None:
    put = document()
    assert kept.store.put_new(*WHOSE, put, PICTURE) is put
    assert kept.store.find(*WHOSE, KIND, put.document_id) == put
    assert kept.store.read(*WHOSE, KIND, put.document_id) == (put, PICTURE)


def test_what_nobody_put_is_not_there(kept: Kept) -> None:
    assert kept.store.find(*WHOSE, KIND, document().document_id) is None
    assert kept.store.read(*WHOSE, KIND, document().document_id) is None
    assert kept.shelf() == {}


@pytest.mark.parametrize("whose", [("tencent-cloud", "isv-2"), ("aliyun", "isv-1")])
def test_the_same_picture_of_another_provider_or_market_is_another_document(
    kept: Kept, whose: tuple[str, str]
) -> None:
    first, other = document(), document(uploaded_at=NOW + timedelta(days=1))
    kept.store.put_new(*WHOSE, first, PICTURE)
    assert kept.store.find(*whose, KIND, first.document_id) is None
    assert kept.store.put_new(*whose, other, PICTURE) is other
    assert kept.store.find(*WHOSE, KIND, first.document_id) == first
    assert len(kept.shelf()) == 2


def test_the_same_picture_as_another_kind_is_another_document_with_times_of_its_own(kept: Kept) -> None:
    first, other = document(), document(kind="card", uploaded_at=NOW + timedelta(days=1))
    kept.store.put_new(*WHOSE, first, PICTURE)
    assert kept.store.find(*WHOSE, "card", first.document_id) is None
    assert kept.store.put_new(*WHOSE, other, PICTURE) is other
    assert kept.store.read(*WHOSE, KIND, first.document_id) == (first, PICTURE)
    assert kept.store.read(*WHOSE, "card", first.document_id) == (other, PICTURE)
    assert len(kept.shelf()) == 2


def test_whoever_asks_for_facts_alone_waits_for_no_picture(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twenty documents that an event names are forty megabytes."""
    content, read = of_size(PICTURE, 2_000_000), list[int]()
    put = stored(content)
    kept.store.put_new(*WHOSE, put, content)
    opened = SealedDocuments._opened

    def counted(self: SealedDocuments, name: str, sealed: bytes) -> tuple[StoredDocument, bytes]:
        read.append(len(sealed))
        return opened(self, name, sealed)

    monkeypatch.setattr(SealedDocuments, "_opened", counted)
    assert kept.store.find(*WHOSE, KIND, put.document_id) == put
    assert kept.store.put_new(*WHOSE, put, content) == put
    assert kept.store.read(*WHOSE, KIND, put.document_id) == (put, content)
    assert [size > 5_000 for size in read] == [False, False, True]


def test_the_shelf_shows_neither_the_picture_nor_whose_it_is_nor_which_it_is(kept: Kept) -> None:
    kept.store.put_new(*WHOSE, document(), PICTURE)
    [(name, sealed)] = kept.shelf().items()
    for said in (*WHOSE, document().document_id, "provider-1", "licence", CANARY.decode(), "PNG"):
        assert said not in name
        assert said.encode() not in sealed


@pytest.mark.parametrize("at", [0, 3, 20, -1])
def test_what_was_changed_on_the_shelf_is_not_given_out(kept: Kept, at: int) -> None:
    kept.store.put_new(*WHOSE, document(), PICTURE)
    [(name, sealed)] = kept.shelf().items()
    changed = bytearray(sealed)
    changed[at] ^= 1
    for broken in (bytes(changed), sealed[: len(sealed) // 2], b""):
        kept.change(name, broken)
        with pytest.raises(StoreUnavailable):
            kept.store.read(*WHOSE, KIND, document().document_id)


def test_what_was_moved_on_the_shelf_is_not_given_out_as_something_else(kept: Kept) -> None:
    kept.store.put_new(*WHOSE, document(), PICTURE)
    [(own, sealed)] = kept.shelf().items()
    kept.store.put_new("aliyun", "isv-2", document(), PICTURE)
    [other] = kept.shelf().keys() - {own}
    kept.change(other, sealed)
    with pytest.raises(StoreUnavailable):
        kept.store.find("aliyun", "isv-2", KIND, document().document_id)


def test_another_key_opens_nothing(tmp_path: Path) -> None:
    in_directory(tmp_path).store.put_new(*WHOSE, document(), PICTURE)
    other = SealedDocuments(Directory(tmp_path), Cipher("another key, and as long as it has to be"))
    assert other.find(*WHOSE, KIND, document().document_id) is None


def test_of_forty_at_once_one_is_first_and_the_last_time_stays(tmp_path: Path) -> None:
    kept, together = in_directory(tmp_path / "documents"), Barrier(40)
    puts = [document(uploaded_at=NOW + timedelta(seconds=second)) for second in range(40)]

    def put(each: StoredDocument) -> StoredDocument:
        together.wait()
        return kept.store.put_new(*WHOSE, each, PICTURE)

    with ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(put, puts))
    [first] = [each for each, answer in zip(puts, answers, strict=True) if answer is each]
    assert {answer.first_uploaded_at for answer in answers} == {first.uploaded_at}
    assert all(answer.uploaded_at >= each.uploaded_at for answer, each in zip(answers, puts, strict=True))
    at_last = {"first_uploaded_at": first.uploaded_at, "uploaded_at": puts[-1].uploaded_at}
    expected = first.model_copy(update=at_last)
    assert kept.store.read(*WHOSE, KIND, first.document_id) == (expected, PICTURE)
    assert len(kept.shelf()) == 1  # and no unfinished file beside it


def test_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    kept = in_directory(tmp_path / "documents")
    kept.store.put_new(*WHOSE, document(), PICTURE)
    [file] = (tmp_path / "documents").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "documents").stat().st_mode) == 0o700


@pytest.mark.parametrize("odd", ["../../x", "/etc/passwd", "", "a/b", "\0", "." * 300])
def test_no_id_leads_out_of_the_directory(tmp_path: Path, odd: str) -> None:
    kept = in_directory(tmp_path / "documents")
    kept.store.put_new(odd, odd, document(), PICTURE)
    assert kept.store.find(odd, odd, KIND, document().document_id) == document()
    assert kept.store.find(*WHOSE, KIND, odd) is None
    assert kept.store.find(*WHOSE, odd, document().document_id) is None
    assert [path.name for path in tmp_path.iterdir()] == ["documents"]


def test_a_directory_that_cannot_be_used_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no directory")
    store = in_directory(tmp_path / "file" / "documents").store
    with pytest.raises(StoreUnavailable):
        store.put_new(*WHOSE, document(), PICTURE)
    with pytest.raises(StoreUnavailable):
        store.read(*WHOSE, KIND, document().document_id)


def test_a_bucket_that_is_not_there_or_does_not_answer_is_unavailable(
    s3_endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(key, "for-tests")
    nobody = f"http://127.0.0.1:{free_port()}"
    for endpoint in (s3_endpoint, nobody):
        url = f"s3://no-such-bucket?endpoint={endpoint}&region=us-east-1"
        store = documents_in(url, Path("nowhere"), CIPHER)
        with pytest.raises(StoreUnavailable):
            store.put_new(*WHOSE, document(), PICTURE)
        with pytest.raises(StoreUnavailable):
            store.find(*WHOSE, KIND, document().document_id)


@pytest.mark.parametrize("url", ["s3://", "s3:///prefix", "https://bucket", "s3://bucket?endpont=x"])
def test_an_address_that_is_no_bucket_is_refused(url: str) -> None:
    with pytest.raises(BrokenDocumentsUrl, match="s3://bucket"):
        documents_in(url, Path("nowhere"), CIPHER)
