"""What columns and keys of transcripts are called, in tables and in JSON alike."""

from __future__ import annotations

from collections.abc import Iterable

from tingsu.intake.columns import normalise_name


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


CONVERSATION = _words(
    "会话编号 会话id 会话号 会话 对话编号 对话id 对话 通话编号 通话id 通话流水号 通话流水 录音编号"
    " 录音流水号 录音文件 录音 文件名 工单号 编号 流水号 conversation_id conversationid conversation"
    " call_id callid call dialogue_id dialog_id dialogue session_id sessionid session chat_id"
    " transcript_id contact_id file_id file id"
)
SPEAKER = _words(
    "说话人 说话方 发言人 发言方 讲话人 角色 对话角色 身份 发送方 发送人 发送者 声道 方向 speaker role"
    " from sender who party spk speaker_id channel_id participant side author"
)
TEXT = _words(
    "内容 文本 话语 语句 句子 转写 转写文本 转写内容 转写结果 识别结果 对话内容 会话内容 通话内容 消息"
    " 消息内容 聊天内容 text content utterance sentence message transcript transcription words body"
    " asr_text msg say value"
)
START = _words(
    "开始时间 起始时间 开始 起始 起 时间 发送时间 消息时间 start start_time starttime begin begin_time bg"
    " time timestamp ts offset start_s start_sec start_ms begin_ms time_ms start_offset"
)
END = _words("结束时间 终止时间 结束 止 end end_time endtime finish ed stop end_s end_sec end_ms end_offset")
AGENT_NAME = _words(
    "坐席 坐席工号 坐席姓名 坐席编号 座席 座席工号 座席姓名 客服工号 客服姓名 员工 员工号 员工工号 工号"
    " 经办人 agent agent_id agent_name staff staff_id operator operator_id advisor"
)
CHANNEL = _words("渠道 来源 来源渠道 媒体 媒体类型 channel media medium source")
AGENT_TEXT = _words(
    "坐席 座席 客服 坐席内容 客服内容 客服回复 坐席话语 回复 agent agent_text assistant response system"
)
CUSTOMER_TEXT = _words("客户 用户 顾客 客户内容 客户话语 用户内容 customer customer_text user user_text query client")
TURNS = _words(
    "turns dialogue dialog conversation messages utterances sentences content segments results transcript"
    " lines items data log 对话 会话 轮次 句子 内容 消息 对话内容"
)
MANY = _words(
    "conversations dialogues dialogs transcripts calls sessions data items results records 会话 对话 通话 列表"
)


def find_name(names: Iterable[str], wanted: tuple[str, ...]) -> str | None:
    """The first of ``wanted`` that is among ``names``, as it is written there."""
    plain: dict[str, str] = {}
    for name in names:
        plain.setdefault(normalise_name(name), name)
    return next((plain[want] for want in wanted if want in plain), None)


def is_in_milliseconds(name: str) -> bool:
    """Whether a column's name says that its numbers are thousandths of a second."""
    return normalise_name(name).endswith(("_ms", "毫秒")) or "毫秒" in name
