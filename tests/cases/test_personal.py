"""Personal data is masked wherever it is shown, and whoever looks leaves his name and reason."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.make import TEXT, Bank, case
from tests.rows import dump
from tingsu.cases.audit import verify
from tingsu.cases.errors import Incomplete
from tingsu.cases.models import Customer
from tingsu.cases.personal import SHOWN, masked_customer, reveal
from tingsu.org.permissions import NotAllowed, can


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("name", "张三", "张*"), ("name", "欧阳小云", "欧***"), ("name", "", ""), ("phone", "13800001234", "138****1234"),
        ("phone", "123", "***"), ("id_no", "11010519491231002X", "1101************2X"),
        ("account_no", "6222020200112233445", "6222***********3445"), ("email", "zhang@example.com", "z***@example.com"),
        ("email", "", ""), ("address", "江州市解放路18号3单元502室", "江州市解放路****"), ("phone", "", ""),
    ],
)  # fmt: skip
def test_what_is_shown(field: str, value: str, shown: str) -> None:
    assert masked_customer(Customer(**{field: value}))[field] == shown


@given(
    field=st.sampled_from([name for name in SHOWN if name not in ("occupation", "email")]),
    value=st.text("0123456789张王李上海路号Xx", min_size=2, max_size=30),
)
def test_the_mask_never_shows_the_whole(field: str, value: str) -> None:
    shown = masked_customer(Customer(**{field: value}))[field]
    assert shown != value
    assert "*" in shown


def test_the_kept_text_is_masked_beside_the_plain_one(bank: Bank) -> None:
    made = case(bank, text="我的身份证号是11010519491231002X，手机13800001234，请回电。")
    assert "13800001234" not in made.masked_text and "19491231" not in made.masked_text
    assert "13800001234" not in made.subject
    assert "13800001234" in made.text


def test_a_look_is_on_record_before_it_is_given(bank: Bank) -> None:
    made = case(bank)
    seen = reveal(made, by=bank.handler, reason=" 核对账户 ")
    assert (seen.text, seen.customer["phone"]) == (TEXT, "13800001234")
    event = made.events.latest("seq")
    assert (event.kind, event.by, event.data["reason"]) == ("reveal", bank.handler, "核对账户")
    assert "李敏" in event.by_name
    made.refresh_from_db()
    assert made.version == 1, "a look makes nobody's work stale"
    assert list(verify()) == []


@pytest.mark.parametrize("reason", ["", "  ", "\n", "\x00", "\ud800"])
def test_no_reason_no_look(bank: Bank, reason: str) -> None:
    made = case(bank)
    before = dump()
    with pytest.raises(Incomplete) as refused:
        reveal(made, by=bank.handler, reason=reason)
    assert "reason" in refused.value.fields
    assert dump() == before


@pytest.mark.parametrize("who", ["clerk", "manager", "executive", "auditor", "admin"])
def test_who_may_not_look_learns_who_may(bank: Bank, who: str) -> None:
    made = case(bank)
    by = getattr(bank, who)
    assert not can(by, "reveal_personal_data")
    with pytest.raises(NotAllowed) as refused:
        reveal(made, by=by, reason="好奇")
    assert "投诉处理专员" in refused.value.who
    assert made.events.count() == 1


def test_no_event_keeps_personal_data_of_the_recording(bank: Bank) -> None:
    made = case(bank)
    assert "13800001234" not in str(list(made.events.values()))
    assert "张三" not in str(list(made.events.values()))
