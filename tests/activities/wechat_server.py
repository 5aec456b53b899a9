"""WeChat Pay as it can be had here: a server on this machine that checks what comes and signs what it says.

It uses nothing of the library that talks to it. Its keys are real, and made for the test.
"""

import base64
import hashlib
import json
import re
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from wechat import WeChatAccount

Json = dict[str, Any]
MCHID, SERIAL, KEY_ID = "1900009191", "3775B6A45ACD588826D15E583A95F5DD4BCDC9A0", "PUB_KEY_ID_0119000091912"
API_KEY = "thirty-two bytes for tests only."
OAEP = padding.OAEP(mgf=padding.MGF1(algorithm=SHA1()), algorithm=SHA1(), label=None)
SENSITIVE = {
    *("id_card_name", "id_card_number", "id_doc_name", "id_doc_number", "account_name", "account_number"),
    *("contact_name", "contact_id_card_number", "mobile_phone", "contact_email"),
}
APPLYMENTS = "/v3/ecommerce/applyments/"
OURS, THEIRS = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
STRANGERS = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def public_pem(key: rsa.RSAPrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def wechat_account(url: str = "http://127.0.0.1:1", **changes: Any) -> WeChatAccount:
    usual = {"mchid": MCHID, "serial": SERIAL, "public_key_id": KEY_ID, "api_key": API_KEY}
    keys = {"private_key": pem(OURS), "public_key": public_pem(THEIRS)}
    return WeChatAccount(**{**usual, **keys, "url": url, "store_url": "https://shop.example.com/", **changes})


def signed_headers(
    body: bytes,
    *,
    key: rsa.RSAPrivateKey = THEIRS,
    serial: str = KEY_ID,
    at: float | None = None,
    nonce: str | None = None,
) -> dict[str, str]:
    """As WeChat Pay signs its answers and its notices."""
    stamp, nonce = str(int(time.time() if at is None else at)), nonce or uuid.uuid4().hex
    text = f"{stamp}\n{nonce}\n".encode() + body + b"\n"
    signature = key.sign(text, padding.PKCS1v15(), SHA256())
    return {
        "Wechatpay-Timestamp": stamp,
        "Wechatpay-Nonce": nonce,
        "Wechatpay-Serial": serial,
        "Wechatpay-Signature": base64.b64encode(signature).decode(),
        "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
    }


def sealed_resource(content: bytes, api_key: str = API_KEY) -> Json:
    """What a notice is about, as WeChat Pay encrypts it."""
    nonce, associated = uuid.uuid4().hex[:12], "applyment"
    sealed = AESGCM(api_key.encode()).encrypt(nonce.encode(), content, associated.encode())
    return {
        "algorithm": "AEAD_AES_256_GCM",
        "ciphertext": base64.b64encode(sealed).decode(),
        "nonce": nonce,
        "associated_data": associated,
        "original_type": "applyment",
    }


@dataclass
class Reply:
    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, status: int, body: Json, **how: Any) -> "Reply":
        raw = json.dumps(body, ensure_ascii=False).encode()
        return cls(status, raw, signed_headers(raw, **how))


Spoil = Callable[[Reply], Reply]


class WeChatServer:
    """`applyments` is what it knows, by our references; `seen` what it was asked; `spoil` changes answers."""

    def __init__(self) -> None:
        self.applyments: dict[str, Json] = {}
        self.pictures: dict[str, bytes] = {}
        self.seen: list[tuple[str, str, bytes]] = []
        self.nonces: set[str] = set()
        self.spoil: dict[str, Spoil] = {}
        """By method: how the next answers go wrong."""
        self.url = ""

    def submitted(self) -> list[Json]:
        """Every form that came, opened."""
        return [opened(json.loads(raw)) for method, path, raw in self.seen if (method, path) == POSTED]

    def now_is(self, reference: str, state: str, **more: Any) -> None:
        self.applyments[reference] |= {"applyment_state": state, **more}

    def answer(self, method: str, path: str, headers: Any, raw: bytes) -> Reply:
        self.seen.append((method, path, raw))
        signed = raw
        if path == "/v3/merchant/media/upload":
            signed, picture, name = parts(raw)
        if (wrong := self._wrong(method, path, headers, signed)) is not None:
            return Reply.of(401, {"code": "SIGN_ERROR", "message": wrong})
        if path == "/v3/merchant/media/upload":
            reply = self._picture(json.loads(signed), picture, name)
        elif (method, path) == POSTED:
            reply = self._submit(json.loads(raw), headers)
        else:
            reply = self._show(path)
        spoil = self.spoil.get(method)
        return spoil(reply) if spoil else reply

    def _wrong(self, method: str, path: str, headers: Any, signed: bytes) -> str | None:
        found = dict(re.findall(r'(\w+)="([^"]*)"', headers["Authorization"] or ""))
        text = f"{method}\n{path}\n{found.get('timestamp')}\n{found.get('nonce_str')}\n".encode()
        try:
            OURS.public_key().verify(
                base64.b64decode(found["signature"]), text + signed + b"\n", padding.PKCS1v15(), SHA256()
            )
        except (InvalidSignature, KeyError):
            return "not signed by the merchant"
        if (found["mchid"], found["serial_no"]) != (MCHID, SERIAL):
            return "a stranger's number, or an old certificate"
        if abs(time.time() - int(found["timestamp"])) > 300 or found["nonce_str"] in self.nonces:
            return "not fresh"
        self.nonces.add(found["nonce_str"])
        return None

    def _picture(self, meta: Json, content: bytes, name: str) -> Reply:
        if hashlib.sha256(content).hexdigest() != meta["sha256"] or name != meta["filename"]:
            return Reply.of(400, {"code": "PARAM_ERROR", "message": "another picture than was signed"})
        media_id = f"media-{len(self.pictures)}"
        self.pictures[media_id] = content
        return Reply.of(200, {"media_id": media_id})

    def _submit(self, form: Json, headers: Any) -> Reply:
        if headers["Wechatpay-Serial"] != KEY_ID:
            return Reply.of(400, {"code": "PARAM_ERROR", "message": "encrypted for somebody else"})
        try:
            opened(form)
        except ValueError:
            return Reply.of(400, {"code": "PARAM_ERROR", "message": "cannot be decrypted"})
        reference = form["out_request_no"]
        before = self.applyments.get(reference)
        if before and before["applyment_state"] not in ("REJECTED", "CANCELED", "ACCOUNT_NEED_VERIFY"):
            return Reply.of(400, {"code": "INVALID_REQUEST", "message": "under way"})
        self.applyments[reference] = {
            "applyment_id": before["applyment_id"] if before else 2000002124775691 + len(self.applyments),
            "out_request_no": reference,
            "applyment_state": "CHECKING",
            "applyment_state_desc": "资料校验中",
            "sign_state": "UNSIGNED",
            "sign_url": f"https://pay.weixin.qq.com/public/apply4ec_sign/s?applymentId={reference}",
        }
        kept = self.applyments[reference]
        return Reply.of(200, {name: kept[name] for name in ("applyment_id", "out_request_no")})

    def _show(self, path: str) -> Reply:
        reference = path.removeprefix(f"{APPLYMENTS}out-request-no/")
        if reference not in self.applyments:
            return Reply.of(404, {"code": "RESOURCE_NOT_EXISTS", "message": "申请单不存在"})
        return Reply.of(200, self.applyments[reference])


POSTED = ("POST", APPLYMENTS)


def opened(form: Json) -> Json:
    """A form with everything readable that was encrypted. ValueError where something was not."""

    def read(name: str, value: Any) -> Any:
        if isinstance(value, dict):
            return opened(value)
        return OPENED.decrypt(base64.b64decode(value), OAEP).decode() if name in SENSITIVE else value

    return {name: read(name, value) for name, value in form.items()}


OPENED = THEIRS


def for_us(text: str) -> str:
    """As WeChat Pay encrypts for its merchant."""
    return base64.b64encode(OURS.public_key().encrypt(text.encode(), OAEP)).decode()


def parts(raw: bytes) -> tuple[bytes, bytes, str]:
    """What was signed, the picture, and its name. The boundary is read off the body: no header names it."""
    boundary = raw.split(b"\r\n", 1)[0][2:].decode()
    head = f'Content-Type: multipart/form-data; boundary="{boundary}"\r\n\r\n'.encode()
    found = {part.get_param("name", header="content-disposition"): part for part in whole(head + raw)}
    picture = found["file"]
    return payload(found["meta"]), payload(picture), str(picture.get_filename())


def whole(raw: bytes) -> list[Any]:
    return list(BytesParser().parsebytes(raw).get_payload())


def payload(part: Any) -> bytes:
    return bytes(part.get_payload(decode=True))


@contextmanager
def serving_wechat() -> Iterator[WeChatServer]:
    server = WeChatServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def _answer(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"] or 0))
            reply = server.answer(self.command, self.path, self.headers, raw)
            headers = {"Content-Type": "application/json", "Content-Length": str(len(reply.body))}
            self.send_response(reply.status)
            for name, value in {**headers, **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        server.url = f"http://127.0.0.1:{http.server_port}"
        thread = threading.Thread(target=http.serve_forever, args=(0.01,))
        thread.start()
        yield server
        http.shutdown()
        thread.join()
