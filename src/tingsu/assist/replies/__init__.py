"""Drafts checked before they are sent: words, promises, leaks, statutes, and what is missing (话术禁忌, 答复要件)."""

from tingsu.assist.replies.checking import check_reply, check_wording, leaves_sums_unchecked
from tingsu.assist.replies.finding import Finding, ReplyContext
from tingsu.assist.replies.rules import ReplyRules, rules_of

__all__ = ["Finding", "ReplyContext", "ReplyRules", "check_reply", "check_wording", "leaves_sums_unchecked", "rules_of"]
