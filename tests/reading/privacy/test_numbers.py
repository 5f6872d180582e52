"""Numbers that point at a person, in every way they are written, and the numbers beside them that point at nobody."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tingsu.reading import find_personal_data, mask
from tingsu.reading.privacy.checks import has_id_checksum, has_luhn_checksum, looks_like_id

ID, CARD, MOBILE = "11010519491231002X", "6222021234567894", "13812345678"
SPOKEN = str.maketrans("0123456789", "零幺二三四五六七八九")


def only(text: str) -> tuple[str, str, bool]:
    """Kind, value and validity of the one datum in ``text``."""
    (datum,) = find_personal_data(text)
    return datum.kind, text[datum.start : datum.end], datum.valid


def grouped(number: str, sizes: tuple[int, ...], between: str) -> str:
    parts, start = [], 0
    for size in sizes:
        parts.append(number[start : start + size])
        start += size
    return between.join(part for part in (*parts, number[start:]) if part)


WAYS = {
    "身份证": [
        ID, ID.lower(), "110105 19491231 002X", "110105-19491231-002X", "1101 0519 4912 3100 2X", "１１０１０５１９４９１２３１００２Ｘ",
        "1101\u200b0519\u200d49123\u20601002X", ID[:17].translate(SPOKEN) + "X", "一一〇一〇五 一九四九 一二三一 〇〇二 叉", "11010519491231002×",
    ],
    "银行卡": [
        CARD, "6222 0212 3456 7894", "6222-0212-3456-7894", "６２２２０２１２３４５６７８９４", "6222\u200d0212\u200b34567894",
        CARD.translate(SPOKEN), "六二二二 零二一二 三四五六 七八九四", "6222，0212，3456，7894", "62220212 34567894", "622202 1234567894",
    ],
    "手机": [
        MOBILE, "138 1234 5678", "138-1234-5678", "138.1234.5678", "138，1234，5678", "1381 234 5678", "13812 345678", "１３８１２３４５６７８",
        "一三八一二三四五六七八", "幺三八幺二三四五六七八", "幺三八洞两三四五六拐勾", "壹叁捌壹贰叁肆伍陆柒捌", "1三8一2三4五6七8",
        "1 3 8 1 2 3 4 5 6 7 8", "1️⃣3️⃣8️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8️⃣", "+86 138 1234 5678", "0086-13812345678", "8613812345678", "138\u200b1234\u200d5678",
    ],
    "固话": ["010-62345678", "(0571)87654321", "0571 8765 4321", "０２１－６２３４５６７８", "0512-66778899转806", "0571-87654321-8003", "零五七一八七六五四三二一"],
}  # fmt: skip


@pytest.mark.parametrize(("kind", "way"), [(kind, way) for kind, ways in WAYS.items() for way in ways])
@pytest.mark.parametrize("around", ["{}", "号码是{}。", "（{}）", "他说{}，别打错"])
def test_every_way_of_writing_a_number_is_found_whole(kind: str, way: str, around: str) -> None:
    found, value, valid = only(around.format(way))
    assert (found, valid) == (kind, True)
    assert value.strip("（）()") == way.strip("（）()")


@pytest.mark.parametrize(
    ("text", "kind", "value", "valid"),
    [
        ("身份证110105194912310021", "身份证", "110105194912310021", False),
        ("身份证号110105491231002，老证", "身份证", "110105491231002", True),
        ("卡号6222021234567890", "银行卡", "6222021234567890", False),
        ("我的卡是4111 1111 1111 1111", "银行卡", "4111 1111 1111 1111", True),
        ("卡号6229991234567890123", "银行卡", "6229991234567890123", False),
        ("座机62345678", "固话", "62345678", True),
        ("打我家电话八七六五四三二一", "固话", "八七六五四三二一", True),
        ("电话+852 9123 4567", "手机", "+852 9123 4567", True),
        ("tel13812345678", "手机", "13812345678", True),
        ("13812345678微信同号", "手机", "13812345678", True),
        ("手机一13812345678", "手机", "13812345678", True),
        ("手机13812345678元旦前打", "手机", "13812345678", True),
    ],
)
def test_a_word_beside_a_number_says_what_it_is(text: str, kind: str, value: str, valid: bool) -> None:
    assert only(text) == (kind, value, valid)


def test_numbers_that_follow_one_another_are_kept_apart() -> None:
    text = f"张三 {MOBILE} {CARD} {ID} 13900001111，{MOBILE}、138 0013 8000"
    found = [(datum.kind, text[datum.start : datum.end]) for datum in find_personal_data(text)]
    assert [kind for kind, _ in found if kind != "姓名"] == ["手机", "银行卡", "身份证", "手机", "手机", "手机"]
    assert MOBILE not in mask(text) and "8000 " not in mask(text)


@pytest.mark.parametrize(
    "text",
    [
        "转账1,234,567.89元，余额365,000.00",
        "13800000000元的项目",
        "订单号20261120093015887766退款",
        "流水号6222021234567894查不到",
        "快递单号13812345678901",
        "2026-11-21 10:30:00到2026/12/31",
        "二〇二六年十一月二十一日，三万二千六百块",
        "IP 192.168.1.10，端口8080，版本7.3.1.0",
        "经纬度120.1551, 30.2741",
        "3.1415926535、1234567890、9876543210",
        "客服95588、12378、400-820-8788、110",
        "尾号6688的卡，后四位3309",
        "一二三四五六七八九十",
        "统一社会信用代码91330100MA2B1C2D3E",
        "利率4.9%降到3.85%，30年差13万8千",
        "车架号LSVAU2180N2183452",
        "第2026000123号文件",
        "100元、200元、300元，共600元",
    ],
)
def test_figures_dates_orders_and_service_numbers_stay(text: str) -> None:
    assert find_personal_data(text) == ()
    assert mask(text) == text


def test_a_mobile_in_an_order_number_is_believed_only_beside_a_telephone_word() -> None:
    assert find_personal_data("订单13812345678已发货") == ()
    assert only("订单电话13812345678") == ("手机", "13812345678", True)


def make_id(rng: Random) -> str:
    body = f"{rng.choice(('110105', '440305', '320106', '659001'))}{rng.randint(1930, 2010)}{rng.randint(1, 12):02d}"
    body += f"{rng.randint(1, 28):02d}{rng.randint(0, 999):03d}"
    return next(body + last for last in "0123456789x" if has_id_checksum(body + last))


def make_card(rng: Random) -> str:
    body = "62" + "".join(str(rng.randint(0, 9)) for _ in range(rng.choice((13, 16))))
    return next(body + str(last) for last in range(10) if has_luhn_checksum(body + str(last)))


@given(st.integers(0, 10**9), st.sampled_from(["", " ", "-", "\u200b", ".", "，"]), st.booleans())
def test_any_grouping_of_a_card_or_identity_number_hides_all_but_head_and_tail(
    seed: int, gap: str, spoken: bool
) -> None:
    rng = Random(seed)
    for number, sizes, cue in ((make_id(rng), (6, 8, 4), "身份证号"), (make_card(rng), (4, 4, 4, 4), "卡号")):
        written = grouped(number, sizes, gap)
        written = written.translate(SPOKEN) if spoken else written
        text = f"{cue}{written}，请核对"
        (datum,) = find_personal_data(text)
        assert text[datum.start : datum.end] == written
        assert datum.valid
        assert sum(char.isdigit() or char == "X" for char in datum.masked) <= 8


@given(st.integers(0, 10**18 - 1))
def test_the_check_digit_of_an_identity_number_tells_any_single_slip(seed: int) -> None:
    rng = Random(seed)
    number, place = make_id(rng), rng.randrange(17)
    slipped = number[:place] + str((int(number[place]) + rng.randint(1, 9)) % 10) + number[place + 1 :]
    assert looks_like_id(number) and has_id_checksum(number) and not has_id_checksum(slipped)


@pytest.mark.parametrize("after", ["", "made", "x", "A1"])
def test_letters_behind_its_x_do_not_hide_an_identity_number(after: str) -> None:
    assert mask(f"王11010519491231002X{after}。").startswith("王110***********002X")
