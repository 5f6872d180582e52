"""Masking that a key can undo: tokens in the text, their values in an encrypted vault.

The text with its tokens (‹姓名1›) may go to people and machines that must not know whom it is about; whoever holds
vault and key puts the values back, also into words that were written around the tokens. Without the key the vault says
nothing but how long it is (AES-256-GCM, authenticated: a changed vault is refused, never half read).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
import secrets
from bisect import bisect_left
from typing import NamedTuple

from tingsu.base.errors import TingsuError
from tingsu.reading.privacy.masking import apply_masks, find_personal_data
from tingsu.reading.types import PersonalDatum

KEY_LENGTH = 32
_MAGIC = b"TINGSU-VAULT-1\n"
_KEY_MARK, _NONCE = 8, 12  # bytes after the magic: which key it was, and the nonce of GCM
_TOKEN = re.compile("‹[^‹›\\s]{1,6}[0-9]{1,9}›")
_AS_IT_WAS = "原样"  # what already looked like a token in the text
_ROUNDS = 8  # as in masking


class KeyUnusable(TingsuError):
    """The text given as a key is none."""

    code = "key_unusable"


class WrongKey(TingsuError):
    """The vault was closed with another key."""

    code = "wrong_key"


class VaultAltered(TingsuError):
    """The vault is no vault, or not as it was written."""

    code = "vault_altered"


class SealedText(NamedTuple):
    """A text with tokens for its personal data, and the closed vault that holds them."""

    masked_text: str
    vault: bytes


class Sealer:
    """Seals any number of texts into one vault: the same value gets the same token in all of them."""

    def __init__(self) -> None:
        self._tokens: dict[tuple[str, str], str] = {}
        self._counts: dict[str, int] = {}

    def seal(self, text: str) -> str:
        """``text`` with a token for every piece of personal data; ``mask`` finds nothing more in it."""
        text = _TOKEN.sub(lambda match: self._token(_AS_IT_WAS, match[0]), text)
        for _ in range(_ROUNDS):
            tokens = [match.span() for match in _TOKEN.finditer(text)]
            data = [datum for datum in find_personal_data(text) if not _meets(datum, tokens)]
            if not data:
                break
            text = apply_masks(text, [self._replace(text, datum) for datum in data])
        return text

    def close(self, key: bytes) -> bytes:
        """The vault: every token of the texts sealed so far with its value, encrypted with ``key``."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # loaded only by who seals

        content = json.dumps({token: value for (_, value), token in self._tokens.items()}).encode("ascii")
        head = _MAGIC + _mark(key)
        nonce = secrets.token_bytes(_NONCE)
        return head + nonce + AESGCM(key).encrypt(nonce, content, head)

    def _replace(self, text: str, datum: PersonalDatum) -> PersonalDatum:
        token = self._token(datum.kind, text[datum.start : datum.end])
        return PersonalDatum(datum.kind, datum.start, datum.end, token, datum.valid)

    def _token(self, kind: str, value: str) -> str:
        if (kind, value) not in self._tokens:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            self._tokens[kind, value] = f"‹{kind}{self._counts[kind]}›"
        return self._tokens[kind, value]


def seal(text: str, key: bytes) -> SealedText:
    """``text`` with tokens such as ‹姓名1› for its personal data, and the vault from which ``key`` restores it.

    Raises KeyUnusable for a key of the wrong length.
    """
    sealer = Sealer()
    return SealedText(sealer.seal(text), sealer.close(key))


def unseal(text: str, vault: bytes, key: bytes) -> str:
    """``text`` with every token of the vault replaced by its value; tokens the vault does not know stay.

    ``unseal(*seal(text, key), key) == text``. Raises WrongKey, VaultAltered, KeyUnusable.
    """
    return restore(text, open_vault(vault, key))


def restore(text: str, values: dict[str, str]) -> str:
    """``text`` with the tokens in ``values`` (as ``open_vault`` gives them) replaced."""
    # One pass: what looked like a token before sealing comes back as it was and must not be looked up again.
    return _TOKEN.sub(lambda match: values.get(match[0], match[0]), text)


def open_vault(vault: bytes, key: bytes) -> dict[str, str]:
    """Token → value. Raises WrongKey, VaultAltered, KeyUnusable."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    head, mark = vault[: len(_MAGIC) + _KEY_MARK], _mark(key)
    if not vault.startswith(_MAGIC) or len(vault) < len(head) + _NONCE + 16:
        raise VaultAltered("这不是听诉写出的密匣文件，或文件不完整。请换用与遮盖文本同时写出的那一个。")
    if not hmac.compare_digest(head[len(_MAGIC) :], mark):
        raise WrongKey("密钥不对：这个密匣是用另一把密钥封的。请换用遮盖时用的密钥文件。")
    nonce = vault[len(head) : len(head) + _NONCE]
    try:
        content = AESGCM(key).decrypt(nonce, vault[len(head) + _NONCE :], head)
    except InvalidTag:
        raise VaultAltered("密匣被改动过，不能使用。请从备份中取回原来的文件。") from None
    values: dict[str, str] = json.loads(content)
    return values


def make_key() -> str:
    """A new random key, as the text a key file holds."""
    return base64.urlsafe_b64encode(secrets.token_bytes(KEY_LENGTH)).decode("ascii")


def read_key(text: str) -> bytes:
    """The key in the text of a key file. Raises KeyUnusable."""
    try:
        key = base64.b64decode(text.strip().encode("ascii"), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError):
        key = b""
    if len(key) != KEY_LENGTH:
        raise KeyUnusable("密钥文件的内容不是听诉的密钥。请用 tingsu mask-key 新建一把，或换用正确的文件。")
    return key


def _meets(datum: PersonalDatum, spans: list[tuple[int, int]]) -> bool:
    """Whether the datum touches one of the spans, which are in order."""
    place = bisect_left(spans, (datum.start, datum.start))
    near = spans[max(0, place - 1) : place + 1]
    return any(start < datum.end and datum.start < end for start, end in near)


def _mark(key: bytes) -> bytes:
    """Tells one key from another and nothing about it."""
    if len(key) != KEY_LENGTH:
        raise KeyUnusable(f"密钥应为 {KEY_LENGTH} 字节，现为 {len(key)} 字节。")
    return hmac.new(key, b"tingsu vault key", hashlib.sha256).digest()[:_KEY_MARK]
