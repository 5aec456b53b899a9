"""Markets of their own in which orders are placed, and purchases are guarded by all that there is.

`walled` has switched to new settlement accounts long ago; `moving` has not yet. `shelved` is as `walled`, and
sells nothing but what is listed.
"""

from pathlib import Path

MARKETS = {"walled": "2021-12-30", "moving": "2099-12-30", "shelved": "2021-12-30"}
POLICY = """
version = "1"
effective_from = 2020-01-01T00:00:00+08:00
source = "made up for tests"
rules = ["TCM-MCH-01"]
"""
MARKET = f"""
market = "{{market}}"
title = "Walled"
title_zh = "有墙"

[[template-orders]]
{POLICY}
[template-orders.placing]
renewal_horizon = "P1Y"
ordinary_published_before = 2020-12-28
[template-orders.terms]
pay_within = "P3D"
implement_within = "P30D"
confirm_within = "P7D"

[[provider-onboardings]]
{POLICY}
[provider-onboardings.terms]
steps = ["identity", "application", "deposit"]
rule_set = "1"
subjects = ["enterprise"]
identity_attempts = 2
lapse_within = "P90D"
[provider-onboardings.terms.review]
review_within = "P3D"
replan_every = "P1D"
corrections = 2

[[deposit-accounts]]
{POLICY}
[deposit-accounts.terms]
unpaid_blocks = ["listing", "withdrawal", "purchase"]
short_blocks = ["withdrawal"]
recheck_every = "P1D"
[deposit-accounts.tariff]
flat_fen = 500000

[[merchant-accounts]]
{POLICY}
[merchant-accounts.terms]
scenarios = ["wallet", "b2b", "both"]
guards = ["purchase"]
lapse_within = "P90D"
[merchant-accounts.terms.channels]
wallet = ["wechat_pay"]
b2b = ["online_bank_transfer"]
[merchant-accounts.terms.wallet]
poll = {{{{ first = "PT1M", longest = "PT1H" }}}}
checked_within = "PT2H"
instructions = 3
stale_for = "PT1H"
[merchant-accounts.terms.b2b]
same_day = "block"
review_within = "PT24H"

[[settlement-accounts]]
{POLICY}
[settlement-accounts.terms]
upgrade_began = 2021-06-11
window_from = 2021-11-15
window_until = {{window_until}}
always = ["balance", "credit"]
unactivated_blocks = ["purchase", "withdrawal"]
revoked_blocks = ["withdrawal"]
retry_every = "P1D"
debts_at_most = 100
[settlement-accounts.terms.channels]
alipay = ["alipay"]
mybank = ["mybank"]
[settlement-accounts.terms.approval]
approve_within = {{{{ working_days = 2 }}}}
replan_every = "P1D"
"""
SHELVES = f"""
[[product-reviews]]
{POLICY}
[product-reviews.terms]
grace = "P30D"
only_listed = true
events_a_run = 500
checks = {{ required = ["basic.title"] }}
[product-reviews.terms.review]
review_within = "P3D"
expedited_within = "P1D"
replan_every = "P1D"
expedites = [{{ times = 1, within = "P30D" }}]
"""


def write_walled(directory: Path) -> Path:
    directory.mkdir()
    for market, until in MARKETS.items():
        text = MARKET.format(market=market, window_until=until) + (SHELVES if market == "shelved" else "")
        (directory / f"{market}.toml").write_text(text)
    return directory
