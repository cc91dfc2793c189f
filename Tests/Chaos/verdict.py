"""Whether the ledger agrees with itself, and why answers were not whole."""
import collections
import subprocess

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
    killed = {worker for _, what, worker in deeds if what == "kill"}
    restarts = [moment for moment, what, _ in deeds if what == "restart nginx"]
    for one in asked:
        if one.answer.state in ("broken", "unserved", "unreached"):
            counts[blame(one, books, silent, killed, restarts)] += 1
    return dict(counts.most_common())


def blame(one, books, silent, killed, restarts):
    entry = next(iter(books.of(one)), None)
    hold = silent.get(entry.request_id) if entry else None
    if entry and entry.outcome == "expired" or entry and entry.is_corrected:
        return "its worker was killed" if hold and hold.worker in killed else "its worker was stopped"
    if any(one.answer.began - 1 < moment < one.answer.ended + 0.1 for moment in restarts):
        return "nginx was restarted"
    if entry:
        return {"failed": "the upstream broke off", "shutDown": "its worker was asked to end"}.get(
            entry.outcome, f"on the ledger as {entry.outcome}")
    if one.ask.model in ("busy", "broken", "breaker"):
        return "the upstream refused"
    return f"never held: {one.answer.state} {one.answer.status}"
