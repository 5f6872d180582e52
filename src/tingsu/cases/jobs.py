"""Work that follows a change but need not hold the person up; queued in the change's own transaction."""

from __future__ import annotations

from typing import Any

from django_tasks import task

from tingsu.base.errors import TingsuError
from tingsu.cases.models import Case


@task()
def link_near_cases(case_id: int) -> int:
    """Look for cases near this one in text or customer and keep the links; safe to run twice. Returns how many."""
    from tingsu.cases.near import link_near

    case = Case.objects.select_related("customer").filter(pk=case_id).first()
    return link_near(case) if case is not None else 0


@task()
def mail_notices(notices: list[int]) -> int:
    """Send notices by mail to those who have an address; returns how many were sent."""
    from django.core.mail import send_mail

    from tingsu.cases.overdue_tables import Notice

    wanted = Notice.objects.filter(pk__in=notices, read_at__isnull=True).exclude(to__email="")
    found = list(wanted.select_related("to", "case"))
    for notice in found:
        said, case = notice.words["zh"], notice.case
        name, about = (case.number, case.subject) if case is not None else (notice.about["title"], "")
        send_mail(f"{name} {said}"[:120], f"{name} {about}\n\n{said}\n", None, [notice.to.email])
    return len(found)


@task()
def send_text(case_id: int, text: str, user_id: int) -> bool:
    """Hand a text message to the site's gateway command: phone and text as JSON on its input.

    A gateway that refuses or is not there puts a notice before who wrote it; the wait for the customer goes on.
    """
    import json
    import subprocess

    from django.conf import settings

    from tingsu.base.clock import now
    from tingsu.cases.notices import give_notice
    from tingsu.org.models import User

    case = Case.objects.select_related("customer").get(pk=case_id)
    said = json.dumps({"phone": case.customer.phone, "text": text, "case": case.number}, ensure_ascii=False)
    try:
        subprocess.run(  # noqa: S603 - the site's own command, without a shell
            settings.SMS_COMMAND, input=said, text=True, timeout=60, check=True, capture_output=True
        )
    except (OSError, subprocess.SubprocessError):
        words = {"zh": "短信没有发出：短信网关没有响应。请改用其他方式告知客户。", "en": "The SMS was not sent."}
        give_notice(case, [User.objects.get(pk=user_id)], kind="sms_failed", words=words, at=now())
        return False
    return True


@task()
def teach_facet(facet: str, user_id: int) -> dict[str, Any]:
    """Teach a facet from people's corrections and keep the version; what stands in the way is returned in words."""
    from tingsu.cases.learning import keep_trial, teach_from_corrections
    from tingsu.org.models import User

    by = User.objects.select_related("unit").get(pk=user_id)
    try:
        card = keep_trial(teach_from_corrections(facet, by=by), by=by)
    except TingsuError as error:
        return {"refused": error.message}
    return {"version": card.version}
