"""What becomes of versions and what differs in them, in Chinese."""

STATUSES = {
    "draft": "草稿",
    "submitted": "已提交",
    "checks_failed": "自动检查未通过",
    "in_review": "审核中",
    "rejected": "已驳回",
    "withdrawn": "已撤回",
    "approved": "已通过",
    "live": "展示中",
    "superseded": "已被取代",
}
KINDS = {"added": "新增", "removed": "删除", "changed": "修改"}
NAMES = {
    "caption": ("Caption", "说明"),
    "document": ("Document", "文件"),
    "document_id": ("Number", "编号"),
    "kind": ("Kind", "类型"),
    "name": ("Identifier", "标识"),
    "period": ("Period", "周期"),
    "price_fen": ("Price", "价格"),
    "title": ("Title", "标题"),
    "url": ("Address", "网址"),
}
"""What stands in lists of links, pictures and plans."""
