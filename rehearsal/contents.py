"""Products and shops in which nothing is wrong, made for the run as far as a sample says nothing else."""

from collections.abc import Mapping

from pydantic import JsonValue

from rehearsal.company import Applicant, Said
from rehearsal.forms import merged

PICTURE, LOGO, QUALIFICATION = "product_picture", "shop_logo", "qualification"


def completed(applicant: Applicant, said: Said, papers: Mapping[str, str]) -> Said:
    """An event with the content that it comes with: a shop where the sample says so, or a product. What a
    sample says is null is left out. The pictures are those that were handed in."""
    content = said.get("content")
    if not isinstance(content, dict):
        return said
    made = _shop(applicant, papers) if content.get("kind") == "shop" else _product(papers)
    return {**said, "content": merged(made, content)}


def _product(papers: Mapping[str, str]) -> Said:
    return {
        "access": {
            "delivery": "saas",
            "url": "https://desk.sample.example/start",
            "instructions": "登录后按首页提示操作。Sign in, and follow the first page.",
        },
        "basic": {
            "title": "样例文件备份 Sample backup",
            "summary": "每天自动备份公司文件。Keeps a copy of your files every day.",
            "description": "安装后自动运行，文件保留三十天。\n\nRuns by itself, keeps files for thirty days.",
            "category": "service",
            "industries": ["finance/bank"],
            "pictures": [
                {"document": each, "caption": "首页 The first page"} for each in _of(PICTURE, papers)
            ],
            "links": [{"title": "使用手册 Handbook", "url": "https://docs.sample.example/handbook"}],
        },
        "business": {
            "scope": "企业文件备份服务 Backup for companies",
            "support": "工作日九点至十八点 Working days, from nine to six",
            "qualifications": _of(QUALIFICATION, papers),
        },
        "sales": {
            "plans": [{"name": "year", "title": "一年 One year", "price_fen": 98_000, "period": "P1Y"}],
            "refunds": "七天内全额退款 In full within seven days",
        },
    }


def _shop(applicant: Applicant, papers: Mapping[str, str]) -> Said:
    logos = _of(LOGO, papers)
    shop: Said = {
        "name": applicant.company.name,
        "introduction": "自2015年起专注企业备份。We have kept companies' files since 2015.",
        "scope": "企业软件与服务 Software and services for companies",
        "features": "一天内部署完成 Set up in a day",
        "customer_service": {
            "hours": "工作日 9:00-18:00",
            "phone": "400-000-0000",
            "url": "https://desk.sample.example/ask",
        },
        "links": [{"title": "关于我们 About us", "url": "https://www.sample.example/about"}],
    }
    return shop | ({"logo": {"document": logos[0]}} if logos else {})


def _of(kind: str, papers: Mapping[str, str]) -> list[JsonValue]:
    return [{"kind": kind, "document_id": papers[kind]}] if kind in papers else []
