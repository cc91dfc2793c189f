"""Whether the ledger agrees with itself, and why answers were not whole."""
import collections
import subprocess

UNEXPLAINED = "unexplained"
# What has to agree in every ledger, whatever happened; each row that comes back is a flaw.
AGREEMENTS = """
    SELECT 'account ' || a.id AS flaw FROM account a
      LEFT JOIN (SELECT account, SUM(used) AS used, SUM(held) AS held FROM charge GROUP BY account) c ON c.account = a.id
     WHERE a.used <> COALESCE(c.used, 0) OR a.held <> COALESCE(c.held, 0)
    UNION ALL
    SELECT 'charge without request ' || c.entry FROM charge c
     WHERE NOT EXISTS (SELECT 1 FROM hold h WHERE h.id = c.entry) AND NOT EXISTS (SELECT 1 FROM usage u WHERE u.id = c.entry)
    UNION ALL
    SELECT 'held after settling ' || c.entry FROM charge c JOIN usage u ON u.id = c.entry WHERE c.held <> 0
    UNION ALL
    SELECT 'held and settled ' || h.id FROM hold h JOIN usage u ON u.request_id = h.request_id
    UNION ALL
    SELECT 'settled twice ' || request_id FROM usage WHERE id > 0 GROUP BY request_id HAVING COUNT(*) > 1
    UNION ALL
    SELECT 'a place in the queue that nobody asks for: ' || request_id FROM waiting
    UNION ALL
    SELECT 'sums' WHERE (SELECT COALESCE(SUM(prompt_tokens + 7 * completion_tokens + 13 * cost), 0) FROM usage)
                     <> (SELECT COALESCE(SUM(prompt_tokens + 7 * completion_tokens + 13 * cost), 0) FROM usage_slot)
"""


def disagreements(house, processes):
    """By SQL, and by `sluice verify`."""
    said = subprocess.run(
        [house.sluice, "verify"], env=processes.environment, capture_output=True, text=True, timeout=600)
    flaws = [row["flaw"] for row in house.rows(AGREEMENTS)]
    if "Unexpected argument 'verify'" in said.stderr:
        return flaws
    print(said.stdout.strip())
    return flaws + ([] if said.returncode == 0 else [f"sluice verify: {said.stdout[-2000:]}{said.stderr[-2000:]}"])


def blames(asked, books, silent, deeds):
    """Counts why answers were neither whole, nor refused, nor left by their clients."""
    counts = collections.Counter()
    history = History(deeds)
    for one in asked:
        if one.answer.state in ("broken", "unserved", "unreached"):
            counts[blame(one, books, silent, history)] += 1
    return dict(counts.most_common())


class History:
    """When what was done."""

    def __init__(self, deeds):
        self.killed = {worker for _, what, worker in deeds if what == "kill"}
        self.moments = collections.defaultdict(list)
        for moment, what, _ in deeds:
            self.moments[what].append(moment)

    def was_without_nginx(self, since, until):
        """Some of the time. Of a restart whose end was not noted, as in journals of before, a second counts."""
        return any(
            began <= until and since <= next((back for back in self.moments["nginx is back"] if back >= began), began + 1)
            for began in self.moments["restart nginx"])

    def has(self, what, since, until):
        return any(since <= moment <= until for moment in self.moments[what])


def blame(one, books, silent, history):
    entry = next(iter(books.of(one)), None)
    began, ended = one.answer.began, one.answer.ended
    hold = silent.get(entry.request_id) if entry else None
    if entry and entry.outcome == "expired" or entry and entry.is_corrected:
        return "its worker was killed" if hold and hold.worker in history.killed else "its worker was stopped"
    if history.was_without_nginx(began, ended):
        return "nginx was restarted"
    if entry and entry.outcome == "failed":
        return "the upstream broke off"
    if not entry and one.ask.model in ("busy", "broken", "breaker"):
        return "the upstream refused"
    # A renewed worker lets replies go on for two seconds; one whose supervisor was killed as well.
    if entry and (history.has("renew", ended - 60, ended) or history.has("kill supervisor", ended - 10, ended)):
        return "its worker was asked to end"
    if history.has("kill supervisor", began - 30, ended):
        return "nobody listened, as the supervisor had been killed"
    if history.has("kill", began - 1, ended):
        return "its worker was killed before anything was held"
    return f"{UNEXPLAINED}: {one.answer.state} {one.answer.status}, on the ledger as {entry and entry.outcome}"
