"""What can stand in the way of a change to a conversation, its reviews and what follows from them."""

from __future__ import annotations

from tingsu.base.errors import TingsuError


class ConversationNotFound(TingsuError):
    """There is no such conversation, or it is not this person's to see: the two are not told apart."""

    code = "not_found"

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__("没有这段对话，或它不在您可查看的范围内。请回到对话列表再找一次。")


class ConversationChanged(TingsuError):
    """Someone changed the conversation since this person opened it."""

    code = "conflict"

    def __init__(self, name: str, version: int) -> None:
        self.name = name
        self.version = version
        super().__init__(f"对话「{name}」在您打开之后有了变化。您填写的内容没有丢失，请看过变化后再提交。")


class PersonNotFound(TingsuError):
    """There is no such colleague, or the pages of this one are not this person's to see."""

    code = "not_found"

    def __init__(self, username: str) -> None:
        self.username = username
        super().__init__("没有这位同事，或其质检记录不在您可查看的范围内。本人和管辖该机构的质检人员可以查看。")


class DrawNotFound(TingsuError):
    """There is no such draw, or none within reach."""

    code = "not_found"

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__("没有这次抽样，或它不在您可查看的范围内。请回到抽样页面再找一次。")


class CardNotFound(TingsuError):
    """There is no such coaching card, or it is not this person's to see."""

    code = "not_found"

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__("没有这张辅导卡，或它不在您可查看的范围内。")


class CardChanged(TingsuError):
    """Someone changed the card since this person opened it."""

    code = "conflict"

    def __init__(self, version: int) -> None:
        self.version = version
        super().__init__("这张辅导卡在您打开之后有了变化。请看过变化后再提交。")
