"""What can stand in the way of a paper or of a changed template."""

from __future__ import annotations

from collections.abc import Sequence

from tingsu.base.errors import TingsuError


class TemplateRefused(TingsuError):
    """A template cannot be taken; ``mistakes`` says every reason."""

    code = "template_refused"

    def __init__(self, mistakes: Sequence[str]) -> None:
        self.mistakes = list(dict.fromkeys(mistakes))
        super().__init__("这个模板不能用：" + "；".join(self.mistakes) + "。请在 Word 里改好后再上传。")


class NoSuchForm(TingsuError):
    """There is no such paper here."""

    code = "not_found"

    def __init__(self, form: str) -> None:
        self.form = form
        super().__init__("没有这份表单，请从列表里选择。")


class TemplateChanged(TingsuError):
    """Someone else changed the template since this person looked at it."""

    code = "conflict"

    def __init__(self, form: str) -> None:
        self.form = form
        super().__init__(f"「{form}」的模板在您打开之后有人换过。请先下载现在的模板看过，再提交。")
