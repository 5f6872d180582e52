"""What is sealed comes back with the key and with nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tingsu.base.errors import TingsuError
from tingsu.reading import mask
from tingsu.reading.privacy import sealing
from tingsu.reading.privacy.sealing import KeyUnusable, Sealer, VaultAltered, WrongKey, read_key, seal, unseal

KEY, OTHER = b"k" * 32, b"o" * 32
TEXT = "我叫许文强，电话13812345678，柜员丁力把许文强的卡6222021234567894弄丢了。"
PIECES = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        [
            "我叫许文强",
            "丁力先生",
            "13812345678",
            "138****5678",
            "‹姓名1›",
            "‹原样1›",
            "‹",
            "›1›",
            "姓名",
            "账号1",
            "，",
            "\n",
        ]
    ),
)


def test_tokens_are_readable_and_the_same_value_has_the_same_token() -> None:
    sealed = seal(TEXT, KEY)
    assert sealed.masked_text == "我叫‹姓名1›，电话‹手机1›，柜员‹姓名2›把‹姓名1›的卡‹银行卡1›弄丢了。"
    assert unseal(*sealed, KEY) == TEXT


def test_words_written_around_tokens_are_restored_too() -> None:
    _, vault = seal(TEXT, KEY)
    assert (
        unseal("尊敬的‹姓名1›：已致电‹手机1›。‹姓名9›不在其中。", vault, KEY)
        == "尊敬的许文强：已致电13812345678。‹姓名9›不在其中。"
    )


def test_the_vault_shows_nothing_and_two_vaults_of_one_text_differ() -> None:
    one, other = seal(TEXT, KEY).vault, seal(TEXT, KEY).vault
    assert one != other
    assert not any(secret.encode() in one for secret in ("许文强", "13812345678", "6222021234567894", "姓名"))


def test_another_key_opens_nothing() -> None:
    sealed = seal(TEXT, KEY)
    with pytest.raises(WrongKey) as caught:
        unseal(*sealed, OTHER)
    assert "密钥不对" in caught.value.message


@given(st.data())
def test_a_vault_changed_anywhere_is_refused(data: st.DataObject) -> None:
    text, vault = seal(TEXT, KEY)
    place = data.draw(st.integers(0, len(vault) - 1))
    changed = vault[:place] + bytes([vault[place] ^ data.draw(st.integers(1, 255))]) + vault[place + 1 :]
    with pytest.raises((VaultAltered, WrongKey)):
        unseal(text, changed, KEY)


@given(st.binary(max_size=80))
def test_what_is_no_vault_is_refused(junk: bytes) -> None:
    with pytest.raises(TingsuError):
        unseal("‹姓名1›", junk, KEY)
    with pytest.raises(TingsuError):
        unseal("‹姓名1›", seal(TEXT, KEY).vault[: len(junk)], KEY)


@pytest.mark.parametrize("text", ["", "abc", "密钥", "A" * 43, "QUJD" * 10, "QUJD" * 22])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(KeyUnusable):
        read_key(text)


def test_keys_are_new_each_time_and_read_back() -> None:
    one, other = sealing.make_key(), sealing.make_key()
    assert one != other
    assert len(read_key(f" {one}\n")) == sealing.KEY_LENGTH
    with pytest.raises(KeyUnusable):
        seal(TEXT, b"short")


@settings(max_examples=300)
@given(st.lists(PIECES, max_size=12))
def test_unsealing_gives_back_exactly_what_was_sealed(parts: list[str]) -> None:
    text = "".join(parts)
    sealed = seal(text, KEY)
    assert unseal(*sealed, KEY) == text
    assert mask(sealed.masked_text) == sealed.masked_text


@given(st.lists(st.lists(PIECES, max_size=6), max_size=6))
def test_many_texts_share_one_vault(texts: list[list[str]]) -> None:
    sealer = Sealer()
    plain = ["".join(parts) for parts in texts]
    tokened = [sealer.seal(text) for text in plain]
    vault = sealer.close(KEY)
    assert [unseal(text, vault, KEY) for text in tokened] == plain
