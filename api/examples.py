"""Bodies written out for the documentation: what a caller may send of a product or a shop, event by event."""

from typing import Any

from fastapi.openapi.models import Example

from models.listing_events import ContentBlock
from models.listing_process import PRODUCT_REVIEWS, SHOP_REVIEWS

Bodies = dict[str, Example]
PICTURE = {"kind": "product_picture", "document_id": "07d7fc31" * 8}
PRODUCT = {
    "access": {
        "delivery": "saas",
        "url": "https://desk.sample.example/start",
        "instructions": "Sign in, and follow the first page.",
    },
    "basic": {
        "title": "样例文件备份 Sample backup",
        "summary": "每天自动备份公司文件。Keeps a copy of your files every day.",
        "description": "安装后自动运行，文件保留三十天。Runs by itself, keeps files for thirty days.",
        "category": "service",
        "pictures": [{"document": PICTURE, "caption": "首页 The first page"}],
        "links": [{"title": "使用手册 Handbook", "url": "https://docs.sample.example/manual"}],
    },
    "business": {
        "scope": "企业文件备份服务 Backup for companies",
        "support": "工作日九点至十八点 Working days, 9 to 18",
    },
    "sales": {
        "plans": [{"name": "year", "title": "一年 One year", "price_fen": 98000, "period": "P1Y"}],
        "refunds": "购买之日起七天内全额退款 In full within seven days of buying",
    },
}
SHOP = {
    "name": "样例云服务 Sample cloud services",
    "introduction": "自2015年起提供企业备份。Backup for companies since 2015.",
    "scope": "企业软件与服务 Software and services for companies",
    "features": "一天内部署完成 Set up in a day",
    "customer_service": {
        "hours": "工作日 9:00-18:00",
        "phone": "400-000-0000",
        "url": "https://desk.sample.example/ask",
    },
    "best_sellers": ["backup-1"],
    "links": [{"title": "关于我们 About us", "url": "https://www.sample.example/about"}],
}
CONTENTS: dict[str, tuple[dict[str, Any], str, list[str]]] = {
    PRODUCT_REVIEWS.name: (PRODUCT, "basic.title", [*ContentBlock]),
    SHOP_REVIEWS.name: (SHOP, "introduction", []),
}
"""A content, a field to find fault with, and the blocks that a provider looks through after a notice."""


def started(process: str) -> Bodies | None:
    """The body that starts a case; None for processes of which no example is written here."""
    if process not in CONTENTS:
        return None
    return _told({"begun": {"id": "backup-1", "provider_id": "isv-1"}})


def tried(process: str, *, in_case: bool) -> Bodies:
    """A content for a dry run, and who shows it where no case says so."""
    content = CONTENTS[process][0]
    whose = {} if in_case else {"provider_id": "isv-1"}
    return _told({"whole": {"content": content, **whose}, "empty": {"content": {}, **whose}})


def reported(process: str) -> Bodies | None:
    """What may be reported of a case; None for processes of which no example is written here."""
    if process not in CONTENTS:
        return None
    content, field, blocks = CONTENTS[process]
    found = {"reasons": [{"field": field, "code": "exaggerated", "said": "Nobody can prove to be the best."}]}
    because = {"reason": "It says more than it is."}
    return _told(
        {
            "draft_saved": {"event": "draft_saved", "content": content},
            "submitted": {"event": "submitted", "content": content, "list_when_approved": True},
            "submitted: the draft": {"event": "submitted"},
            **{name: {"event": name} for name in ("submission_withdrawn", "expedited")},
            **{name: {"event": name} for name in ("listed", "unlisted", "retired")},
            "self_checked": {"event": "self_checked", "blocks": blocks},
            "claimed": {"event": "claimed", "reason": "I look at it."},
            "decided: approve": {"event": "decided", "decision": "approve", "reason": "It is what it says."},
            "decided: reject": {"event": "decided", "decision": "reject", **found, **because},
            "decided: notify": {"event": "decided", "decision": "notify", **found, **because},
            "decided: lift": {"event": "decided", "decision": "lift", "reason": "The notice was wrong."},
            "decided: delist": {"event": "decided", "decision": "delist", **found, **because},
            "decided: remove": {"event": "decided", "decision": "remove", **because},
            "approved: by the second operator": {"event": "approved", "reason": "I agree."},
        }
    )


def _told(bodies: dict[str, dict[str, Any]]) -> Bodies:
    return {name: {"value": body} for name, body in bodies.items()}
