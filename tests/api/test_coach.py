"""POST /api/coach: a running transcript, whole with every request, kept nowhere."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.make import Bank

TURNS = [
    {"speaker": "customer", "text": "国债又卖完了 凭什么 叫你们行长出来"},
    {"speaker": "agent", "text": "非常抱歉，您喝口水慢慢说"},
    {"speaker": "customer", "text": "你们什么态度 给我个说法"},
]


def ask(bank: Bank, body: Any, status: int = 200) -> dict[str, Any]:
    client = Client()
    client.force_login(bank.clerk)
    answer = client.post("/api/coach", body, content_type="application/json")
    assert answer.status_code == status, answer.content
    told: dict[str, Any] = answer.json()
    return told


def test_the_coaching_names_step_need_relief_playbook_and_rows(bank: Bank) -> None:
    now = ask(bank, {"turns": TURNS})
    assert now["step"]["id"] in ("isolate", "calm") and now["step_why"]
    assert now["heard"]["need"] == "求尊重" and now["heard"]["emotion"] >= 2
    assert now["tactic"]["row"] == "C2/001.1"
    assert now["relief"]["id"] == "person" and now["relief"]["say"]
    assert now["playbook"]["id"] == "bonds-sold-out" and len(now["playbook"]["does"]) == 3
    assert {step["id"]: step["turn"] for step in now["steps"] if step["turn"]} == {"calm": 2}


def test_a_phone_channel_leads_nobody_aside(bank: Bank) -> None:
    assert ask(bank, {"turns": TURNS[:1], "channel": "phone"})["step"]["id"] == "calm"
    assert ask(bank, {"turns": TURNS[:1], "channel": "lobby"})["step"]["id"] == "isolate"


def test_no_turns_yet_is_a_beginning(bank: Bank) -> None:
    now = ask(bank, {"turns": []})
    assert now["heard"]["emotion"] is None and now["relief"] is None and now["step"]["id"] == "listen"


@pytest.mark.parametrize(
    "body",
    [{}, {"turns": [{"speaker": "dog", "text": "汪"}]}, {"turns": [{"text": "长" * 20_001}]},
     {"turns": [{"text": "…"}] * 2_001}, {"turns": [], "pack": "nowhere"}, {"turns": [{"text": "\x00"}]}],
    ids=["nothing", "speaker", "long", "many", "pack", "unstorable"],
)  # fmt: skip
def test_what_is_no_conversation_is_refused_in_words(bank: Bank, body: Any) -> None:
    told = ask(bank, body, 422)
    assert told["code"] == "incomplete" and told["message"]


def test_strangers_are_refused(db: None) -> None:
    assert Client().post("/api/coach", {"turns": []}, content_type="application/json").status_code == 401
