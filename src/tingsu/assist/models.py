"""The tables of assist, each kept beside its topic; Django finds them here."""

from tingsu.assist.scripts.tables import ScriptChange, ScriptTally, ScriptUse, SiteScript
from tingsu.assist.writing.tables import WritingHelp, WritingRequest

__all__ = ["ScriptChange", "ScriptTally", "ScriptUse", "SiteScript", "WritingHelp", "WritingRequest"]
