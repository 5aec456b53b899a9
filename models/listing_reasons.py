"""Why an operator turns a version down, or gives notice of what is shown: the codes to choose from."""

from collections.abc import Mapping
from enum import StrEnum


class ReviewReason(StrEnum):
    """A code says what is wrong. What is meant in particular, the operator adds (AMB-37)."""

    MISSING_INFORMATION = "missing-information"
    UNCLEAR = "unclear"
    MISLEADING = "misleading"
    EXAGGERATED = "exaggerated"
    CONTRADICTORY = "contradictory"
    WRONG_CATEGORY = "wrong-category"
    FORBIDDEN_CONTENT = "forbidden-content"
    FORBIDDEN_SERVICE = "forbidden-service"
    POOR_PICTURE = "poor-picture"
    PICTURE_OF_SOMETHING_ELSE = "picture-of-something-else"
    BROKEN_LINK = "link-broken"
    LINK_ELSEWHERE = "link-elsewhere"
    CONTACT_OUTSIDE = "contact-outside"
    PRICE_UNCLEAR = "price-unclear"
    REFUNDS_UNCLEAR = "refunds-unclear"
    SUPPORT_UNCLEAR = "support-unclear"
    QUALIFICATION_MISSING = "qualification-missing"
    QUALIFICATION_INVALID = "qualification-invalid"
    INFRINGES_RIGHTS = "infringes-rights"
    PERSONAL_DATA = "personal-data"
    NOT_WORKING = "not-working"
    DUPLICATE = "duplicate"
    OTHER = "other"
    """None of these: the operator says what."""

    @property
    def meaning(self) -> str:
        return _SAYS[self][0]

    @property
    def meaning_zh(self) -> str:
        return _SAYS[self][1]


_SAYS: Mapping[ReviewReason, tuple[str, str]] = {
    ReviewReason.MISSING_INFORMATION: ("Something that buyers need to know is missing", "缺少买家需要的信息"),
    ReviewReason.UNCLEAR: ("Buyers cannot understand it", "表述不清"),
    ReviewReason.MISLEADING: ("It leads buyers to expect something else", "内容具有误导性"),
    ReviewReason.EXAGGERATED: ("It claims what nobody can prove", "夸大宣传"),
    ReviewReason.CONTRADICTORY: ("It contradicts another field", "与其他字段矛盾"),
    ReviewReason.WRONG_CATEGORY: ("It belongs into another category", "类目选择错误"),
    ReviewReason.FORBIDDEN_CONTENT: ("It shows what this market forbids", "含有禁止展示的内容"),
    ReviewReason.FORBIDDEN_SERVICE: ("It offers a service that this market forbids", "属于禁止提供的服务"),
    ReviewReason.POOR_PICTURE: ("The picture cannot be recognised well", "图片不清晰"),
    ReviewReason.PICTURE_OF_SOMETHING_ELSE: ("The picture does not show this", "图片与内容不符"),
    ReviewReason.BROKEN_LINK: ("The link does not work", "链接无法打开"),
    ReviewReason.LINK_ELSEWHERE: ("The link leads to something else", "链接与内容不符"),
    ReviewReason.CONTACT_OUTSIDE: ("It leads buyers to deals outside this market", "引导买家站外交易"),
    ReviewReason.PRICE_UNCLEAR: ("What it costs is unclear", "价格不明确"),
    ReviewReason.REFUNDS_UNCLEAR: ("When money is given back is unclear", "退款规则不明确"),
    ReviewReason.SUPPORT_UNCLEAR: ("How buyers are helped is unclear", "售后支持不明确"),
    ReviewReason.QUALIFICATION_MISSING: ("A licence or certificate for this is missing", "缺少资质证明"),
    ReviewReason.QUALIFICATION_INVALID: (
        "A licence or certificate has run out, or is not the provider's",
        "资质证明过期或不属于服务商",
    ),
    ReviewReason.INFRINGES_RIGHTS: ("It infringes the rights of somebody else", "侵犯他人权利"),
    ReviewReason.PERSONAL_DATA: ("It shows personal data", "泄露个人信息"),
    ReviewReason.NOT_WORKING: ("The product does not work as it is described", "产品与描述不符或无法使用"),
    ReviewReason.DUPLICATE: ("The provider shows the same thing already", "与已有内容重复"),
    ReviewReason.OTHER: ("Another reason, which is said beside it", "其他原因，见说明"),
}
"""In English and in Chinese."""
