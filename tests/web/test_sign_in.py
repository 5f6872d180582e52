from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.make import Bank
from tests.web.conftest import words_of
from tingsu.org.models import RoleGrant, User
from tingsu.web.sign_in import demo_accounts


def test_a_stranger_is_sent_to_sign_in_and_then_where_he_wanted(bank: Bank) -> None:
    client = Client()
    asked = client.get("/cases/?due=overdue")
    assert asked.status_code == 302
    page = client.post(
        asked["Location"], {"username": "desk", "password": "pass-word-1", "next": "/cases/?due=overdue"}
    )
    assert page["Location"] == "/cases/?due=overdue"


def test_a_wrong_password_says_what_to_do_and_keeps_the_name(bank: Bank) -> None:
    page = Client().post(reverse("sign-in"), {"username": "desk", "password": "wrong"})
    assert "工号或密码不对" in words_of(page)
    assert 'value="desk"' in page.content.decode()


def test_too_many_wrong_passwords_lock_the_account_on_a_designed_page(bank: Bank, settings: Any) -> None:
    settings.AXES_ENABLED = True
    settings.AXES_FAILURE_LIMIT = 3
    client = Client()
    for _ in range(3):
        page = client.post(reverse("sign-in"), {"username": "desk", "password": "wrong"})
    assert page.status_code == 429
    assert "账号已暂时锁定" in words_of(page)


def test_demo_accounts_show_only_on_a_demo_install(bank: Bank, settings: Any) -> None:
    settings.TINGSU_DEMO = False
    assert "演示账号" not in words_of(Client().get(reverse("sign-in")))
    settings.TINGSU_DEMO = True
    page = words_of(Client().get(reverse("sign-in")))
    assert "演示账号" in page
    assert "executive 分管行领导" in page
    assert 'value="clerk"' in Client().get(reverse("sign-in") + "?as=clerk").content.decode()


def test_the_page_lists_the_demo_accounts_that_the_start_prints(bank: Bank, settings: Any) -> None:
    RoleGrant.objects.filter(role="unit_lead").delete()
    unit = RoleGrant.objects.get(user=bank.clerk).unit
    User.objects.filter(username="lead").update(username="another")
    for username in ("luhaiyan", "lead"):  # the easy one comes later in the demo's staff
        RoleGrant.objects.create(user=User.objects.create(username=username, unit=unit), role="unit_lead", unit=unit)
    settings.TINGSU_DEMO = True
    assert "lead" in [account["username"] for account in demo_accounts()]


def test_signing_out_takes_a_post_and_ends_the_visit(bank: Bank) -> None:
    client = Client()
    client.force_login(bank.clerk)
    assert client.get(reverse("sign-out")).status_code == 405
    client.post(reverse("sign-out"))
    assert client.get("/").status_code == 302


@pytest.mark.parametrize(("accepts", "cookie", "says"), [("en-US", "", "登录"), ("zh-CN", "en", "Sign in")])
def test_pages_speak_chinese_unless_the_person_chose_english(db: None, accepts: str, cookie: str, says: str) -> None:
    client = Client(headers={"accept-language": accepts})
    if cookie:
        client.post(reverse("set_language"), {"language": cookie, "next": reverse("sign-in")})
    assert says in words_of(client.get(reverse("sign-in")))
