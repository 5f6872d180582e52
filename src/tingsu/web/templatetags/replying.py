"""Whether a field's words go to the customer, and are checked while they are typed."""

from __future__ import annotations

from django import template

from tingsu.packs.procedure import Action
from tingsu.web.fields import FieldView
from tingsu.web.reply_check import draft_field

register = template.Library()


@register.filter
def is_draft(view: FieldView, action: Action) -> bool:
    """Whether ``view`` draws the field of ``action`` whose words are sent."""
    place = draft_field(action)
    return place is not None and view.field.id == place[0]
