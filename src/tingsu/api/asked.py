"""What a request may carry. Unknown names are mistakes; lengths and rules are the verbs' to check."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

LARGEST_VERSION = 2**31 - 1


class Body(BaseModel):
    """Base of every body."""

    model_config = ConfigDict(extra="forbid")


class CustomerAsked(Body):
    """Who complains; give only what is known and needed."""

    name: str = ""
    phone: str = ""
    id_no: str = ""
    account_no: str = ""
    email: str = ""
    address: str = ""
    occupation: str = ""


class ComplaintAsked(Body):
    """A complaint to record. A time without an offset is China time; ``accused_unit`` is a unit's code."""

    text: str = Field(examples=["柜员态度很差，要求道歉并赔偿300元。"])
    channel: str = Field(examples=["counter"], description="来自方案包的 channel 分类，见 /api/pack")
    customer: CustomerAsked = CustomerAsked()
    subject: str = ""
    key_point: str = ""
    received_at: datetime | None = None
    accused_unit: str = ""
    accused_person: str = ""
    source: str = Field("", description="来源系统的名称；与 external_id 一起使一份投诉只登记一次")
    external_id: str = ""
    details: dict[str, Any] = Field({}, description="方案包在登记时另问的栏目（intake），见 /api/pack")


class ActionAsked(Body):
    """One action's fields, and the version of the case its author had seen."""

    version: int = Field(ge=0, le=LARGEST_VERSION)
    fields: dict[str, Any] = {}


class RevealAsked(Body):
    """Why personal data must be seen; the reason stays on record."""

    reason: str


class TextAsked(Body):
    """A text to read. ``received`` is the day it came in: by it 上周三 and 3月5日 are told."""

    text: str = Field(min_length=1, max_length=20_000)
    received: date | None = None


class NearAsked(Body):
    """What is known while a complaint is being taken down."""

    text: str = Field("", max_length=20_000)
    phone: str = Field("", max_length=30)
    id_no: str = Field("", max_length=30)
    business: str = Field("", max_length=30)


class TokenAsked(Body):
    """A token to make; without ``expires_at`` it holds until revoked."""

    name: str = Field(min_length=1, max_length=80)
    expires_at: datetime | None = None
