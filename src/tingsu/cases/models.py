"""The complaint and what belongs to it. Tables only; the verbs stand in the modules beside this one."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from tingsu.cases import budget_tables, overdue_tables, tables  # noqa: F401 - more tables of this room, in their files
from tingsu.org.models import Unit


class Customer(models.Model):
    """Someone who complained. Personal data: pages show it masked, and each reveal is an event of the case."""

    name = models.CharField(max_length=60, blank=True)
    phone = models.CharField(max_length=30, blank=True)
    id_no = models.CharField(max_length=30, blank=True)
    account_no = models.CharField(max_length=40, blank=True)
    email = models.CharField(max_length=120, blank=True)
    address = models.CharField(max_length=200, blank=True)
    occupation = models.CharField(max_length=60, blank=True)  # 职业: the source's form asks it (001.1)

    class Meta:
        indexes = [
            # Whole, not only where filled: SQLite does not use a partial index for a value it does not know yet.
            models.Index(fields=["phone"], name="customer_phone"),
            models.Index(fields=["id_no"], name="customer_id_no"),
        ]


class Case(models.Model):
    """One complaint from one customer about one matter (投诉工单).

    ``version`` counts changes of state and is what compare-and-set compares; ``event_count`` and ``head_hash`` are the
    tail of the case's hash chain. ``next_due`` is the nearest safe target among the running deadlines.
    """

    number = models.CharField(max_length=30, unique=True)
    pack = models.CharField(max_length=40)
    edition = models.CharField(max_length=16, blank=True)  # digest of the pack as it was when the case began
    stage = models.CharField(max_length=40)
    version = models.PositiveIntegerField(default=1)
    event_count = models.PositiveIntegerField(default=0)
    head_hash = models.CharField(max_length=64, blank=True)

    subject = models.CharField(max_length=120)
    text = models.TextField()
    masked_text = models.TextField()
    key_point = models.CharField(max_length=200, blank=True)  # 关键点 (001.1)
    channel = models.CharField(max_length=30)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="cases")
    source = models.CharField(max_length=60, blank=True)
    external_id = models.CharField(max_length=120, blank=True)

    received_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="recorded_cases")
    recorded_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="recorded_cases")
    accused_unit = models.ForeignKey(
        Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="accused_cases", db_index=False
    )
    accused_person = models.CharField(max_length=60, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="owned_cases",
        db_index=False,
    )
    lead_unit = models.ForeignKey(
        Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="lead_cases", db_index=False
    )
    support_units = models.ManyToManyField(Unit, blank=True, related_name="supported_cases")

    # What is held true of the text now: the engine's reading until a person corrects it.
    reading = models.JSONField(default=dict)
    business = models.CharField(max_length=30, blank=True)
    cause = models.CharField(max_length=30, blank=True)
    emotion = models.PositiveSmallIntegerField(default=0)
    need = models.CharField(max_length=20, blank=True)
    demands = models.JSONField(default=list)
    risks = models.JSONField(default=list)
    risk_marks = models.CharField(max_length=120, blank=True)  # "|监管|司法|", so that a filter need not open the JSON
    corrected = models.BooleanField(default=False)
    details = models.JSONField(default=dict)  # what the pack asks beside the common fields: order no., part no. …

    # What people decided.
    verdict = models.CharField(max_length=20, blank=True)
    verdict_reason = models.TextField(blank=True)
    right = models.CharField(max_length=20, blank=True)  # which right of a consumer was infringed (003)
    complexity = models.CharField(max_length=20, blank=True)
    findings = models.TextField(blank=True)
    root_cause = models.CharField(max_length=40, blank=True)
    responsibility = models.CharField(max_length=20, blank=True)
    fault_code = models.CharField(max_length=40, blank=True)
    responsible_unit = models.ForeignKey(
        Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    responsible_person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    paid = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    satisfaction = models.CharField(max_length=20, blank=True)
    summary = models.TextField(blank=True)
    lesson = models.TextField(blank=True)
    first_response_at = models.DateTimeField(null=True, blank=True)
    responded_late = models.BooleanField(null=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    reopened = models.PositiveSmallIntegerField(default=0)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged_cases", db_index=False
    )
    next_due = models.DateTimeField(null=True, blank=True)
    answered_late = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id"], name="one_case_per_outside_id", condition=~Q(external_id="")
            )
        ]
        indexes = [
            models.Index(
                # The queue's order, and what the home page counts of open work, read from the index alone.
                fields=["next_due", "id", "emotion", "accused_unit", "risk_marks"],
                name="case_open_due",
                condition=Q(closed_at=None),
            ),
            models.Index(
                # Everything the home page counts by, so that its figures are read from the index alone.
                fields=["received_at", "business", "cause", "emotion", "accused_unit", "closed_at", "answered_late"],
                name="case_received",
            ),
            # What stands before all others in the queue is found without a look at every open case.
            models.Index(fields=["complexity", "next_due"], name="case_open_class", condition=Q(closed_at=None)),
            *(
                # Only where filled: a case is recorded with all of these empty, and every index is written at each
                # registration. `column = ?` and `column >= ?` are enough for both databases to use them.
                models.Index(fields=columns, name=f"case_{name}", condition=Q(**{f"{columns[0]}__isnull": False}))
                for name, columns in {
                    "answered": ["answered_at", "answered_late", "satisfaction"],
                    "responded": ["first_response_at", "responded_late"],
                    "owner": ["owner"],
                    "lead_unit": ["lead_unit"],
                    "accused_unit": ["accused_unit"],
                    "responsible_unit": ["responsible_unit"],
                    "responsible_person": ["responsible_person"],
                    "merged_into": ["merged_into"],
                }.items()
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.subject}"


class Event(models.Model):
    """One thing that happened to a case; append-only, each row sealed with a keyed hash over the one before."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="events", db_index=False)  # the place serves
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=40)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    by_name = models.CharField(max_length=120)
    data = models.JSONField(default=dict)
    previous = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["seq"]
        constraints = [models.UniqueConstraint(fields=["case", "seq"], name="one_event_a_place")]


class Deadline(models.Model):
    """One clock on a case (时限). ``rule`` is the rule as it stood when the clock started, so old cases keep theirs."""

    class State(models.TextChoices):
        RUNNING = "running"
        PAUSED = "paused"
        MET = "met"
        LATE = "late"  # stopped after its lawful end
        DROPPED = "dropped"

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="deadlines")
    kind = models.CharField(max_length=30)
    rule = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    started_at = models.DateTimeField()
    safe_target = models.DateTimeField()
    lawful_end = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True, blank=True)
    pauses = models.JSONField(default=list)
    explanation = models.JSONField(default=list)
    note = models.CharField(max_length=200, blank=True)
    outcome = models.CharField(max_length=20, blank=True)  # of a promise: how it was settled; "" by the clock alone
    next_rung_at = models.DateTimeField(null=True, blank=True)  # when the next reaction is due; null: none any more

    class Meta:
        ordering = ["id"]
        indexes = [
            # What a sweep reads: it grows with what is due, not with what is open.
            models.Index(fields=["next_rung_at", "id"], name="deadline_rung", condition=Q(next_rung_at__isnull=False))
        ]


class Option(models.Model):
    """One of the 3–4 remedies put to the customer; ``round`` counts proposals, a refused round is kept."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="options")
    round = models.PositiveSmallIntegerField()
    rank = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=30)
    amount = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    text = models.TextField()
    chosen = models.BooleanField(default=False)

    class Meta:
        ordering = ["round", "rank"]


class Approval(models.Model):
    """One request for a decision by authority; ``level`` is the lowest role whose limit covers the plan."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="approvals")
    option = models.ForeignKey(Option, on_delete=models.PROTECT)
    level = models.CharField(max_length=40)
    limit = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    granted = models.BooleanField(null=True)
    reason = models.TextField(blank=True)
    # In whose place it was decided (代).
    acting_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    settled_at = models.DateTimeField(null=True)  # of a granted one: carried out, replaced, or the procedure ended

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["level"], name="approval_waiting", condition=Q(granted=None)),
            # Money promised and not yet paid: what budgets are counted from.
            models.Index(fields=["case"], name="approval_committed", condition=Q(granted=True, settled_at=None)),
        ]


class FollowUp(models.Model):
    """One opinion check after the answer (回访)."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="follow_ups")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reached = models.CharField(max_length=20)
    satisfaction = models.CharField(max_length=20)
    note = models.TextField(blank=True)
    signed = models.BooleanField(null=True)  # whether the customer signed; null: not asked
    evidence_no = models.CharField(max_length=10, blank=True)  # where the signature lies in the annex

    class Meta:
        ordering = ["id"]


class Evidence(models.Model):
    """One file of the numbered evidence annex; its bytes lie under its SHA-256 in the evidence folder."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="evidence")
    no = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["no"]
        constraints = [models.UniqueConstraint(fields=["case", "no"], name="evidence_numbered_in_order")]


class NumberSeries(models.Model):
    """The last serial given in a month under one prefix; the next one is taken under its row lock.

    Packs with one prefix share the series, so that no number is given twice.
    """

    prefix = models.CharField(max_length=40, blank=True)
    month = models.CharField(max_length=4)  # YYMM
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["prefix", "month"], name="one_series_a_month")]


class Near(models.Model):
    """Two cases whose texts or customers meet: found by a job after recording, shown to people, decided by nobody."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="near")
    other = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    score = models.FloatField()
    why = models.CharField(max_length=20)  # "customer", "template" (one wording, another customer) or "text"

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "other"], name="one_link_between_two_cases")]


class Idempotency(models.Model):
    """The answer already given under an Idempotency-Key, so that a repeated request makes no second case."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    key = models.CharField(max_length=120)
    digest = models.CharField(max_length=64)  # of the request's body
    case = models.ForeignKey(Case, on_delete=models.CASCADE)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="one_answer_per_key")]


class Bundle(models.Model):
    """Cases that share a wording or a contact: kept up by a job, shown to people as a suggestion, decided by nobody.

    ``key`` is the contact's key or, of a wording, the id of the first case, to whose text every other was compared.
    """

    class Sort(models.TextChoices):
        WORDING = "wording"
        CONTACT = "contact"

    sort = models.CharField(max_length=10, choices=Sort.choices)
    key = models.BigIntegerField()
    representative = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+", db_index=False)
    shown = models.CharField(max_length=80, blank=True)  # the shared contact, masked
    cases = models.PositiveIntegerField(default=0)
    customers = models.PositiveIntegerField(default=0)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sort", "key"], name="one_bundle_a_wording_or_contact")]


class BundleCase(models.Model):
    """One case of a bundle; ``who`` stands for its customer, so that different ones can be counted."""

    bundle = models.ForeignKey(Bundle, on_delete=models.CASCADE, related_name="members", db_index=False)  # as below
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="bundled")
    who = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bundle", "case"], name="once_in_a_bundle")]
        indexes = [models.Index(fields=["bundle", "who"], name="bundle_who")]
