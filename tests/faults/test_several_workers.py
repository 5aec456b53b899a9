"""A session that several workers share: what looks at everything sees what each of them has played."""

from pathlib import Path

from stack.servers import PostgresServer
from tests.faults.test_embedded import run
from tests.parallel import cluster_of, played_by_others, tell_of_the_end


def test_the_last_one_waits_for_the_others_and_sees_what_they_played(tmp_path: Path) -> None:
    mine, theirs, idle = (tmp_path / f"popen-gw{n}" for n in range(3))
    for files in (mine, theirs, idle):
        files.mkdir()
    cluster_of(mine).mkdir()
    tell_of_the_end(idle)
    waited: list[float] = []

    def the_other_plays(seconds: float) -> None:
        with PostgresServer(cluster_of(theirs)) as server:
            run(server.url, "CREATE TABLE played AS SELECT 'theirs' AS name")
        tell_of_the_end(theirs)
        waited.append(seconds)

    with played_by_others(mine, 2, the_other_plays) as urls:
        [url] = urls
        assert run(url, "SELECT name FROM played") == [("theirs",)]
    assert len(waited) == 1


def test_who_is_alone_waits_for_nobody_and_sees_nothing_else(tmp_path: Path) -> None:
    beside = tmp_path / "another-session"
    cluster_of(beside).mkdir(parents=True)
    with played_by_others(tmp_path / "mine", 0) as urls:
        assert urls == []
