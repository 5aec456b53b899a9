"""What a case shows in Temporal's lists. Search attributes are readable by anyone there: no personal data."""

from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

from models.cases import CaseView, Opening, Task

MARKET = SearchAttributeKey.for_keyword("Market")
PROCESS = SearchAttributeKey.for_keyword("Process")
PROVIDER = SearchAttributeKey.for_keyword("ProviderId")
STAGE = SearchAttributeKey.for_keyword("Stage")
WAITING_ON = SearchAttributeKey.for_keyword("WaitingOn")
DEADLINE = SearchAttributeKey.for_datetime("DeadlineAt")
KEYS = (MARKET, PROCESS, PROVIDER, STAGE, WAITING_ON, DEADLINE)


def of_opening(opening: Opening) -> TypedSearchAttributes:
    """What is known of a case when it starts, and never changes."""
    pairs = [SearchAttributePair(MARKET, opening.market), SearchAttributePair(PROCESS, opening.process)]
    if opening.provider_id is not None:
        pairs.append(SearchAttributePair(PROVIDER, opening.provider_id))
    return TypedSearchAttributes(pairs)


def waiting_on(view: CaseView) -> list[str]:
    """Whom a case waits for, each once, in the order of its tasks."""
    return list(dict.fromkeys(str(task.waiting_on) for task in view.tasks))


def next_due(view: CaseView) -> Task | None:
    """The open task whose deadline comes first."""
    due = [task for task in view.tasks if task.deadline_at is not None]
    return min(due, key=lambda task: task.deadline_at or view.opened_at, default=None)
