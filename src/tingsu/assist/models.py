"""The tables of assist, each kept beside its topic; Django finds them here."""

from tingsu.assist.scripts.tables import ScriptChange, ScriptTally, ScriptUse, SiteScript

__all__ = ["ScriptChange", "ScriptTally", "ScriptUse", "SiteScript"]
