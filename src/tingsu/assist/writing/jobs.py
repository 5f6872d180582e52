"""The asking itself, away from the person's page: a model that hangs holds up nobody at a counter."""

from __future__ import annotations

from time import perf_counter

from django_tasks import task


@task()
def write_draft(request_id: int) -> str:
    """Ask the model and keep its draft, or why there is none; safe to run twice. Returns the state."""
    from tingsu.assist.writing.asking import messages_for, usable
    from tingsu.assist.writing.client import NoDraft, ask_model
    from tingsu.assist.writing.drafting import PATIENCE
    from tingsu.assist.writing.setting import endpoint_now
    from tingsu.assist.writing.tables import WritingRequest
    from tingsu.base.clock import now

    request = WritingRequest.objects.select_related("case__customer").filter(pk=request_id).first()
    if request is None or request.state != WritingRequest.State.WAITING:
        return "" if request is None else str(request.state)
    endpoint = endpoint_now()
    began = perf_counter()
    try:
        if endpoint is None or request.at < now() - PATIENCE:
            raise NoDraft("timeout")
        request.text = usable(ask_model(endpoint, messages_for(request.case, request.kind)))
        request.state = WritingRequest.State.DONE
    except NoDraft as error:
        request.state, request.why = WritingRequest.State.FAILED, error.reason
    request.took_ms = round((perf_counter() - began) * 1000)
    request.save(update_fields=["text", "state", "why", "took_ms"])
    return str(request.state)
