"""Reports made and sent in the background."""

from __future__ import annotations

from django_tasks import task


@task()
def fill_report(report_id: int) -> bool:
    """Work out a report somebody asked for; what stands in the way is kept with it. Safe to run twice."""
    from tingsu.base.clock import now
    from tingsu.base.errors import TingsuError
    from tingsu.insight.facts.store import refresh
    from tingsu.insight.reports.tables import KeptReport
    from tingsu.insight.reports.verbs import fill

    kept = KeptReport.objects.select_related("unit").get(pk=report_id)
    at = now()
    try:
        refresh(at=at)
        fill(kept, at=at)
    except TingsuError as error:
        KeptReport.objects.filter(pk=report_id).update(why=error.message[:400])
        return False
    except Exception as error:
        KeptReport.objects.filter(pk=report_id).update(why=f"没有做成（{type(error).__name__}），详见系统日志。")
        raise
    return True


@task()
def send_reports() -> dict[str, int]:
    """Bring the facts up and send the reports that are due; safe to run at any time."""
    from tingsu.base.clock import now
    from tingsu.insight.facts.store import refresh
    from tingsu.insight.reports.sending import send_due

    at = now()
    refresh(at=at)
    done = send_due(at=at)
    return {"sent": done.sent, "failed": done.failed}
