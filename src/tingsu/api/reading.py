"""A text read, and the cases near it, before anything is recorded. Nothing is kept."""

from __future__ import annotations

from django.http import HttpResponse
from ninja import Router

from tingsu.api.asked import NearAsked, TextAsked
from tingsu.api.entry import Asked
from tingsu.api.refusals import REFUSED
from tingsu.api.shapes import NearbyShape, ReadingShape
from tingsu.api.showing import show_near
from tingsu.api.wire import answer
from tingsu.cases.near import near_while_recording
from tingsu.cases.site_models import site_reader
from tingsu.org.permissions import require

router = Router(tags=["研判 reading"])


@router.post("/read", response={200: ReadingShape, **REFUSED}, summary="研判一段文字")
def read_text(request: Asked, body: TextAsked) -> HttpResponse:
    """What the engine says of a text, each label with its evidence. A suggestion; people decide."""
    return answer(ReadingShape(reading=site_reader().read(body.text, body.received).as_dict()))


@router.post("/near", response={200: NearbyShape, **REFUSED}, summary="登记前查同一客户或相似的投诉")
def find_near(request: Asked, body: NearAsked) -> HttpResponse:
    """The customer's earlier cases and the near ones. A POST: no phone number belongs in an address and its log."""
    require(request.auth, "record_case")
    found = near_while_recording(body.text, by=request.auth, phone=body.phone, id_no=body.id_no, business=body.business)
    return answer(NearbyShape(cases=[show_near(near) for near in found.cases], elsewhere=found.elsewhere))
