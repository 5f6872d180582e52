"""What every piece of a pack is made of: typed parts that never change, and wordings in two languages."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict

Origin = Literal["source", "ours"]


class Part(BaseModel):
    """Base of every piece: unknown fields are mistakes, and nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(Part):
    """A wording in Chinese and, where it matters, English."""

    zh: str
    en: str = ""

    def in_language(self, code: str) -> str:
        return self.en if code.startswith("en") and self.en else self.zh

    def __str__(self) -> str:
        return self.zh


Wording = Annotated[Text, BeforeValidator(lambda v: {"zh": v} if isinstance(v, str) else v)]
