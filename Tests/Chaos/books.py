"""Compares the ledger with the stand-in's own books, request by request, and with what each client saw.

What a request has to be charged, by how it ended:

| Ending | Prompt and reply |
|---|---|
| `finished` | exactly what the upstream counted; where it does not say, what its text comes to |
| `failed`, where the upstream broke off and all of it came through | exactly what the upstream had produced |
| `failed` otherwise, `abandoned`, `stopped`, `shutDown`, `limited` | what Sluice had read: no less than the client got, no more than was produced |
| `expired`: its worker was killed, or stopped for longer than the lease | what the worker had read: no less than was noted at the last refresh, and than the client got; no more than was produced |
| `expired` and corrected: the worker came back | the same, and at least what was noted |
| given up after it was sent and before there was an answer | the prompt |
| refused, or answered by the upstream with an error or nothing | nothing |

Every request has one row at most, and every request upstream one ledger row, but for those that never began to be answered.
"""
import collections
import dataclasses

from plan import CUT_EXACTLY

GIVEN_UP = {"expired", "abandoned", "stopped", "shutDown"}
ENDINGS = GIVEN_UP | {"finished", "failed", "limited", "overran"}


@dataclasses.dataclass
class Entry:
    """One request on the ledger, with the correction that it may have."""

    request_id: str
    tag: str | None
    conversation: str | None
    outcome: str
    prompt: int
    completion: int
    is_corrected: bool = False


@dataclasses.dataclass
class Tally:
    """All requests of one kind."""

    requests: int = 0
    charged: int = 0
    produced: int = 0
    biggest_gap: int = 0

    def add(self, charged, produced):
        self.requests += 1
        self.charged += charged
        self.produced += produced
        self.biggest_gap = max(self.biggest_gap, abs(produced - charged))


def read_ledger(house):
    """Every request that was settled, by its id."""
    entries = {}
    for row in house.rows(
            "SELECT request_id, id, feature, conversation, outcome, prompt_tokens, completion_tokens FROM usage ORDER BY id DESC"):
        if row["id"] > 0:
            assert row["request_id"] not in entries, f"{row['request_id']} was settled twice"
            entries[row["request_id"]] = Entry(
                row["request_id"], row["feature"], row["conversation"], row["outcome"], row["prompt_tokens"],
                row["completion_tokens"])
    for row in house.rows("SELECT request_id, outcome, prompt_tokens, completion_tokens FROM usage WHERE id < 0"):
        entry = entries[row["request_id"]]
        entry.prompt += row["prompt_tokens"]
        entry.completion += row["completion_tokens"]
        entry.is_corrected = True
    return entries


class Books:
    """- produced: the stand-in's rows.
    - stopped: the workers that were killed or stopped, by us or by their supervisor: only what was theirs may have expired.
    """

    def __init__(self, house, produced, asked, silent, passed_on, stopped):
        self.entries = read_ledger(house)
        self.upstream = group(produced, lambda row: row["id"])
        self.asked, self.silent, self.passed_on, self.stopped = asked, silent, passed_on, stopped
        self.by_tag = group(self.entries.values(), lambda entry: entry.tag)
        self.by_conversation = group(self.entries.values(), lambda entry: entry.conversation)
        self.seen = {}
        for one in asked:
            for entry in self.of(one):
                self.seen[entry.request_id] = one
        self.flaws = []
        self.kinds = collections.defaultdict(Tally)
        # Tokens that were produced and never charged, of killed and of stopped workers.
        self.lost = 0
        # Tokens that came and that the HTTP client dropped, as the connection broke right behind them.
        self.dropped = 0

    def of(self, one):
        """The ledger's rows of what a client asked."""
        return self.by_conversation[one.conversation] if one.conversation else self.by_tag[one.ask.tag]

    def compare(self):
        for entry in self.entries.values():
            self.check_entry(entry)
        for identity, rows in self.upstream.items():
            self.check_upstream(identity, rows)
        for one in self.asked:
            self.check_client(one)
        return self.flaws

    def expect(self, holds, *what):
        if not holds:
            self.flaws.append(" ".join(str(one) for one in what))

    # By the ledger.

    def check_entry(self, entry):
        rows = self.upstream.get(entry.request_id, [])
        self.expect(entry.outcome in ENDINGS, "an unknown ending:", entry)
        self.expect(len(rows) <= 1, "asked upstream more than once:", entry, rows)
        if not rows:
            # It was given up, or its worker killed, before there was an answer: it may have been sent.
            self.expect(entry.outcome in GIVEN_UP and entry.completion == 0, "charged, and never asked upstream:", entry)
            return self.kinds["given up before it came to the upstream"].add(entry.prompt, 0)
        row = rows[0]
        self.expect(entry.prompt == row["prompt_tokens"], "another count of the prompt:", entry, row)
        self.kinds[self.kind(entry, row)].add(entry.prompt + entry.completion, row["prompt_tokens"] + row["completion_tokens"])
        self.check_reply(entry, row)

    def kind(self, entry, row):
        if entry.outcome == "expired" or entry.is_corrected:
            return "expired, and corrected" if entry.is_corrected else "expired"
        return f"{entry.outcome}, exactly" if self.is_exact(entry, row) else entry.outcome

    def is_exact(self, entry, row):
        if entry.outcome == "finished":
            return True
        return entry.outcome == "failed" and row["state"] == "broken" and self.script(row) in CUT_EXACTLY

    @staticmethod
    def script(row):
        return next((name for name in CUT_EXACTLY if f"+{name}-after" in row["script"]), None)

    def check_reply(self, entry, row):
        charged, produced = entry.completion, row["completion_tokens"]
        self.expect(charged <= produced, "charged more than was produced:", entry, row)
        got = self.seen[entry.request_id].answer.pieces if entry.request_id in self.seen else 0
        self.expect(charged >= got, "the client got more than was charged:", entry, got)
        if entry.outcome == "expired" or entry.is_corrected:
            return self.check_expired(entry, produced)
        if self.is_exact(entry, row):
            # Who is not told goes by the text, and of a reply that ends inside a character up to three tokens bring none.
            untold = 3 if "no-usage" in row["script"] else 0
            self.expect(charged >= produced - untold, "not what was produced:", entry, row)
        passed = self.passed_on.get(entry.request_id)
        if entry.outcome == "failed" and passed and passed.fault == "cut":
            # What the HTTP client has read and not handed on when the connection breaks, it drops.
            self.expect(charged <= passed.pieces, "more than came through:", entry, passed)
            self.dropped += passed.pieces - charged

    def check_expired(self, entry, produced):
        silent = self.silent.get(entry.request_id)
        self.lost += produced - entry.completion
        if not silent:
            return self.expect(False, "expired, and nobody saw its hold fall silent:", entry)
        self.expect(silent.worker in self.stopped, "expired, and its worker was neither killed nor stopped:", entry, silent)
        self.expect(entry.completion >= silent.streamed, "less than was noted:", entry, silent)

    # By the upstream.

    def check_upstream(self, identity, rows):
        if identity in self.entries:
            return
        for row in rows:
            if row["state"] == "refused":
                self.kinds["refused upstream"].add(0, 0)
            else:
                self.kinds["never accepted"].add(0, row["prompt_tokens"] + row["completion_tokens"])
                self.expect(self.was_never_answered(identity, row), "produced, and nobody was charged:", row)

    def was_never_answered(self, identity, row):
        """The breaker let nothing of the answer through; or the client left in the instant in which it was sent."""
        passed = self.passed_on.get(identity)
        return passed and not passed.is_answered or row["state"] == "left" and row["completion_tokens"] == 0

    # By the clients.

    def check_client(self, one):
        answer, entries = one.answer, self.of(one)
        self.expect(answer.state != "endless", "never ended:", one)
        self.expect(len(entries) <= 1, "on the ledger more than once:", one, entries)
        if answer.state == "refused" and not one.conversation:
            self.expect(not entries, "refused, and charged:", one, entries)
        if answer.state == "whole":
            self.check_whole(one, entries)
        if one.answer.state == "refused":
            self.kinds["refused"].add(0, 0)

    def check_whole(self, one, entries):
        self.expect(len(entries) == 1, "whole, and not on the ledger:", one)
        if one.answer.usage and entries:
            charged = entries[0].prompt, entries[0].completion
            self.expect(one.answer.usage == charged, "the client was told something else:", one, entries[0])

    # In words.

    def table(self):
        lines = ["| ending | requests | produced | charged | biggest gap |", "|---|---|---|---|---|"]
        for kind, tally in sorted(self.kinds.items()):
            lines.append(f"| {kind} | {tally.requests:,} | {tally.produced:,} | {tally.charged:,} | {tally.biggest_gap:,} |")
        return lines

    def all_tokens(self):
        return sum(tally.produced for tally in self.kinds.values())


def group(things, key):
    groups = collections.defaultdict(list)
    for thing in things:
        groups[key(thing)].append(thing)
    return groups
