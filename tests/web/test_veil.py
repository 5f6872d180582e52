"""What staff write about a customer is masked on the pages too, until it is revealed."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.make import Bank, case, walk
from tingsu.cases.lifecycle import act

ANSWER = "张三女士您好，您尾号1234的卡费用已退。我们已拨打13800001234告知。"


@pytest.mark.parametrize("address", ["", "form/"])
def test_a_name_and_a_number_in_an_answer_are_masked(bank: Bank, client: Client, address: str) -> None:
    done = walk(case(bank), bank, "carry_out")
    done = act(done, "answer", {"answer": ANSWER, "means": "phone"}, by=bank.handler, version=done.version)
    client.force_login(bank.handler, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(f"/cases/{done.number}/{address}").content.decode()
    assert "张三" not in page and "13800001234" not in page
    assert "费用已退" in page


def test_a_reveal_shows_them(bank: Bank, client: Client) -> None:
    done = walk(case(bank), bank, "carry_out")
    done = act(done, "answer", {"answer": ANSWER, "means": "phone"}, by=bank.handler, version=done.version)
    client.force_login(bank.handler, backend="django.contrib.auth.backends.ModelBackend")
    page = client.post(f"/cases/{done.number}/reveal/", {"reason": "核对答复"}).content.decode()
    assert ANSWER in page


def test_a_subject_never_carries_the_customer(bank: Bank) -> None:
    made = case(bank, subject="张三（13800001234）投诉柜员")
    assert "张三" not in made.subject and "13800001234" not in made.subject
