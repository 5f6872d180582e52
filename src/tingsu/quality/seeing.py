"""Which conversations a person may see, and as what: as who inspects, as the one inspected, or as who calls back.

Who inspects sees those of units his inspecting role reaches, never his own. The agent sees his own once they have been
finally reviewed. Whoever was asked to call a customer back sees that conversation until it is done. Nobody else.
"""

from __future__ import annotations

from django.db.models import Q, QuerySet

from tingsu.org.models import RoleGrant, Unit, User
from tingsu.org.pack import pack_at, packs_in_force
from tingsu.org.permissions import Grant, can, grants_of, require
from tingsu.quality.conversations.tables import CallBack, Conversation
from tingsu.quality.errors import ConversationNotFound, PersonNotFound

INSPECT = "inspect_conversations"


def inspects(by: User) -> bool:
    """Whether the person inspects conversations somewhere."""
    return can(by, INSPECT)


def inspects_all(by: User) -> bool:
    """Whether the person's inspecting role reaches every unit."""
    return any(grant.reach == "all" for grant in _grants(by))


def inspected_units(by: User) -> QuerySet[Unit]:
    """The units whose conversations the person inspects, in the order of the house."""
    units = Unit.objects.order_by("path")
    return units if inspects_all(by) else units.filter(_reach(by, ""))


def inspected_conversations(by: User) -> QuerySet[Conversation]:
    """The conversations the person inspects: those within reach that are not his own. Raises NotAllowed."""
    require(by, INSPECT)
    found = Conversation.objects.exclude(agent=by)
    return found if inspects_all(by) else found.filter(_reach(by, "unit__"))


def own_conversations(by: User) -> QuerySet[Conversation]:
    """The person's own conversations that were finally reviewed."""
    return Conversation.objects.filter(agent=by, reviewed_at__isnull=False)


def find_conversation(number: int, *, by: User) -> Conversation:
    """The conversation with this number. Raises ConversationNotFound."""
    found = _seen(by).select_related("agent", "unit", "case", "handover").filter(pk=number).first()
    if found is None:
        raise ConversationNotFound(number)
    return found


def inspects_it(conversation: Conversation, *, by: User) -> bool:
    """Whether the person sees this one as who inspects."""
    if conversation.agent_id == by.pk or not inspects(by):
        return False
    return inspects_all(by) or (
        conversation.unit is not None and any(_covers(grant, conversation.unit) for grant in _grants(by))
    )


def require_inspector(conversation: Conversation, *, by: User) -> None:
    """Pass for who inspects this conversation. Raises NotAllowed, ConversationNotFound."""
    require(by, INSPECT)
    if not inspects_it(conversation, by=by):
        raise ConversationNotFound(conversation.pk)


def inspectors_of(unit: Unit | None) -> list[User]:
    """Everyone in post who inspects conversations of the unit: one query."""
    roles = {role.id for pack in packs_in_force().all for role in pack.roles if INSPECT in role.permissions}
    held = RoleGrant.objects.filter(role__in=roles, user__is_active=True).select_related("user", "unit")
    found = {grant.user for grant in held if _reaches_unit(grant, unit)}
    return sorted(found, key=lambda user: user.pk)


def people_inspected(by: User) -> QuerySet[User]:
    """The colleagues whose conversations the person inspects. Raises NotAllowed."""
    require(by, INSPECT)
    people = User.objects.exclude(pk=by.pk).filter(is_active=True).select_related("unit").order_by("unit__path", "name")
    return people if inspects_all(by) else people.filter(_reach(by, "unit__"))


def find_person(username: str, *, by: User) -> User:
    """The colleague, for who inspects him. Raises NotAllowed, PersonNotFound."""
    require(by, INSPECT)
    person = User.objects.exclude(pk=by.pk).filter(username=username).select_related("unit").first()
    if person is None or not inspects_person(person, by=by):
        raise PersonNotFound(username)
    return person


def inspects_person(person: User, *, by: User) -> bool:
    """Whether the person's pages are this inspector's to see; nobody inspects himself."""
    if person.pk == by.pk or not inspects(by):
        return False
    return inspects_all(by) or (person.unit is not None and any(_covers(grant, person.unit) for grant in _grants(by)))


def _seen(by: User) -> QuerySet[Conversation]:
    mine = Q(agent=by, reviewed_at__isnull=False)
    called = Q(pk__in=CallBack.objects.filter(owner=by, done_at=None).values("conversation"))
    met = mine | called
    if inspects(by):
        others = ~Q(agent=by)
        met |= others if inspects_all(by) else others & _reach(by, "unit__")
    return Conversation.objects.filter(met)


def _reaches_unit(held: RoleGrant, unit: Unit | None) -> bool:
    role = pack_at(held.unit.path).role(held.role)
    if role is None or INSPECT not in role.permissions:
        return False
    if role.reach == "all" or unit is None:
        return role.reach == "all"
    return unit.path.startswith(held.unit.path) if role.reach == "subtree" else unit.pk == held.unit_id


def _grants(by: User) -> list[Grant]:
    return [grant for grant in grants_of(by) if INSPECT in grant.role.permissions]


def _covers(grant: Grant, unit: Unit) -> bool:
    return unit.path.startswith(grant.unit_path) if grant.reach == "subtree" else unit.pk == grant.unit_id


def _reach(by: User, prefix: str) -> Q:
    met = Q(pk__in=())
    for grant in _grants(by):
        if grant.reach == "subtree":
            met |= Q(**{f"{prefix}path__startswith": grant.unit_path})
        else:
            met |= Q(**{f"{prefix}pk": grant.unit_id})
    return met
