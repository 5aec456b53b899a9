"""The field's Chinese words for what stands in English in our code. A word may mean one thing as a stage
and another as an outcome, so each kind has its own list."""

STAGES = {
    "unpaid": "待付款",
    "closing_payment": "关闭收款",
    "implementing": "实施中",
    "confirming": "待确认",
    "refunding": "退款中",
    "closed": "已结束",
    "asking": "核实中",
    "applying": "入账中",
}
OUTCOMES = {
    "completed": "已完成",
    "accepted_by_silence": "逾期自动完成",
    "unpaid": "超时未付款",
    "cancelled": "已取消",
    "declined": "服务商放弃",
    "refund_requested": "买家退款",
    "not_implemented": "逾期未实施",
    "applied": "已入账",
    "refunded": "已退回",
    "unconfirmed": "未能核实",
}
EVENTS = {
    "paid": "已付款",
    "cancelled": "取消订单",
    "business_certified": "已认证为个体工商户",
    "version_submitted": "提交版本",
    "version_rejected": "审核驳回",
    "version_approved": "审核通过",
    "declined": "放弃订单",
    "refund_requested": "申请退款",
    "accepted": "确认验收",
    "extended": "延长期限",
    "paused": "暂停计时",
    "resumed": "恢复计时",
    "payment_opened": "收款已开通",
    "payment_closed": "收款已关闭",
    "payment_found": "查到付款",
    "refunded": "已退款",
    "confirmed": "网关已确认",
    "never_confirmed": "网关未确认",
    "applied": "已入账",
    "not_wanted": "不予入账",
}
PARTIES = {
    "buyer": "买家",
    "provider": "服务商",
    "operator": "运营",
    "review": "审核",
    "payments": "收款",
    "system": "系统",
    "silence": "逾期",
}
CLOCKS = {
    "pay_within": "付款期限",
    "implement_within": "实施期限",
    "confirm_within": "确认期限",
    "ask_within": "核实期限",
}
