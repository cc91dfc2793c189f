"""Reads the ledger beside the workers all the time: no limit is ever passed, and who has fallen silent is noted."""
import dataclasses
import sqlite3
import threading
import time

# Every account against its limit, in one look. What a limit in force is does not change during a run.
PASSED = """
    SELECT account.id, account.holder, l.scope, l.meter, l.time_window, COALESCE(l.amount, g.amount) AS amount,
           account.used, account.held, account.refilled
      FROM account LEFT JOIN quota_limit l ON l.id = limit_id LEFT JOIN quota_grant g ON g.id = grant_id
     WHERE COALESCE(l.mode, 'enforce') = 'enforce' AND account.used + account.held - account.refilled > COALESCE(l.amount, g.amount)
"""
# What was added for workers that came back after others had settled for them: it was taken without being held.
CORRECTED = """
    SELECT COALESCE(SUM(u.prompt_tokens + u.completion_tokens), 0)
      FROM usage u JOIN charge c ON c.entry = -u.id WHERE u.id < 0 AND c.account = ?
"""
SILENT = "SELECT request_id, owner, streamed_tokens, opened_at, lease_until FROM hold WHERE lease_until < ?"
PAUSE = 0.02
LEASE = 60
# A worker refreshes its holds twice a second: one that has not for so long is dead, stopped, or starved.
SILENCE = 2


@dataclasses.dataclass
class Silent:
    """A hold as its worker left it."""

    worker: int
    streamed: int
    noted: float
    opened: float


class Watch:
    def __init__(self, database):
        self.database = database
        self.looks = 0
        # The first looks at which a limit was passed, in words.
        self.passed = []
        # What passed a limit by no more than corrections, by account.
        self.excused = {}
        # By request id.
        self.silent = {}
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        self.thread.join()

    def run(self):
        connection = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=30, isolation_level=None)
        connection.row_factory = sqlite3.Row
        while not self.is_over.is_set():
            self.look(connection)
            time.sleep(PAUSE)
        connection.close()

    def look(self, connection):
        connection.execute("BEGIN")
        try:
            for account in connection.execute(PASSED).fetchall():
                self.judge(account, connection.execute(CORRECTED, (account["id"],)).fetchone()[0])
            if self.looks % 10 == 0:
                self.note_silent(connection)
        finally:
            connection.execute("COMMIT")
        self.looks += 1

    def judge(self, account, corrected):
        excess = account["used"] + account["held"] - account["refilled"] - account["amount"]
        if excess <= corrected:
            self.excused[account["id"]] = max(excess, self.excused.get(account["id"], 0))
        elif len(self.passed) < 20:
            self.passed.append(f"look {self.looks}: {dict(account)}, corrections {corrected}")

    def note_silent(self, connection):
        for row in connection.execute(SILENT, (round((time.time() + LEASE - SILENCE) * 1000),)):
            hold = Silent(
                worker=int(row["owner"].rsplit(":", 1)[1]), streamed=row["streamed_tokens"],
                noted=row["lease_until"] / 1000 - LEASE, opened=row["opened_at"] / 1000)
            # In a hurried run the leases of the dead are made to run out earlier: that is no note.
            before = self.silent.get(row["request_id"])
            if not before or hold.noted > before.noted:
                self.silent[row["request_id"]] = hold
