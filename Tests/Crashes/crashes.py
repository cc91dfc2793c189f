#!/usr/bin/env python3
"""Breaks every operation of the store at every point at which it changes a file: crashes.py WORKER LIBRARY [--sample].

For each operation, and for N = 1, 2, … until it is not met any more: the N-th write, sync, truncation, link or removal of a
file is the last that the process makes (kill), is done by half (torn), fails with EIO, or finds the disk full from there on
(ENOSPC). Then, as the next worker would, the database is opened again: it has to verify, the operation has to have happened
wholly or not at all, wholly if the worker had said so, and trying again has to work. A worker that is not killed has to say
that the store failed, and not to crash. Run by `make crashes`; `--sample` tries some points only, for `make test`.

The calls are struck from inside of the process (crash-points.c) and not by a tracer: those of all threads are counted as
one sequence, and it works where ptrace is not permitted.
"""
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile

worker, library = (str(pathlib.Path(argument).resolve()) for argument in sys.argv[1:3])
SAMPLE = "--sample" in sys.argv
MODES = ["kill", "torn", "eio", "enospc"]
OPERATIONS = ["hold", "extend", "settle", "expire", "grant", "tier", "import", "migration", "backup"]
# In a sample these are tried at every point, the others at every thirteenth.
DENSE = {("hold", "kill"), ("settle", "kill")}
TIMEOUT = 60

# What an operation may change, without names that are random.
STATE = [
    "SELECT title FROM schema_migration ORDER BY number",
    "SELECT request_id, prompt_tokens, {held_reply}, streamed_tokens, lease_until FROM hold ORDER BY request_id",
    "SELECT request_id, id < 0, prompt_tokens, completion_tokens, cached_prompt_tokens, cost, outcome FROM usage ORDER BY 1, 2",
    "SELECT l.scope, l.meter, l.time_window, a.window_start, a.used, a.held FROM account a LEFT JOIN quota_limit l ON l.id = a.limit_id ORDER BY 1, 2, 3, 4, 5, 6",
    "SELECT c.entry, COUNT(*), SUM(c.used), SUM(c.held) FROM charge c GROUP BY 1 ORDER BY 1",
    "SELECT scope, meter, time_window, amount, mode, retired_at IS NULL FROM quota_limit ORDER BY 1, 2, 3, 4, 5, 6",
    "SELECT amount, reason, expires_at FROM quota_grant ORDER BY 1, 2, 3",
    "SELECT name, audience FROM tier ORDER BY name",
    "SELECT name FROM project ORDER BY name",
    "SELECT action, subject_name FROM audit ORDER BY id",
    "SELECT slot, model, requests, prompt_tokens, completion_tokens FROM usage_slot ORDER BY 1, 3, 4, 5",
]


class Wrong(Exception):
    pass


def state(path):
    """What whoever opens the database next would find, read from a copy."""
    with tempfile.TemporaryDirectory(dir=SCRATCH) as folder:
        copy = pathlib.Path(folder) / "copy.db"
        shutil.copy(path, copy)
        if os.path.exists(f"{path}-wal"):
            shutil.copy(f"{path}-wal", f"{copy}-wal")
        database = sqlite3.connect(copy)
        try:
            found = []
            held_reply = "held_reply" if "held_reply" in columns(database, "hold") else "reply_cap"
            for query in STATE:
                table = query.split(" FROM ")[1].split()[0]
                found.append(database.execute(query.format(held_reply=held_reply)).fetchall() if columns(database, table) else [])
            return found
        finally:
            database.close()


def columns(database, table):
    return {row[1] for row in database.execute(f"PRAGMA table_info({table})")}


def run(arguments, folder=None, mode=None, at=None, log=None):
    environment = {**os.environ, "SWIFT_BACKTRACE": "enable=no"}
    if folder:
        environment |= {"LD_PRELOAD": library, "CRASH_FOLDER": str(folder), "CRASH_MODE": mode, "CRASH_AT": str(at), "CRASH_LOG": str(log)}
    return subprocess.run([worker, *map(str, arguments)], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", timeout=TIMEOUT)


def prepare(operation, folder):
    database = folder / "base.db"
    if operation == "migration":
        run(["old", database, "10"])
        old_data(database)
    else:
        answer = run(["prepare", database])
        if answer.returncode != 0:
            raise Wrong(f"could not prepare: {answer.stdout}")
    checkpoint = sqlite3.connect(database)
    checkpoint.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    checkpoint.close()
    return database


def old_data(path):
    """A book of the first schema that had one, with what the later ones make over."""
    database = sqlite3.connect(path)
    now = 1_767_787_200_000
    database.executescript(
        f"""
        INSERT INTO organization VALUES ('acme', 'Acme', 'Europe/Berlin', 1, 0, 0);
        INSERT INTO tier (id, organization, name, audience, max_prompt_tokens, max_reply_tokens, created_at)
            VALUES ('free', 'acme', 'Free', 'All', 1000, 1000, 0);
        INSERT INTO quota_limit (id, scope, subject, meter, time_window, amount) VALUES ('day', 'tier', 'free', 'tokens', 'day', 100000);
        INSERT INTO quota_grant VALUES ('extra', 'day', 'ada', 500, 'a deadline', {now}, {now} + 3600000);
        """)
    start = now - 12 * 3_600_000
    for number in range(1, 200):
        database.execute(
            """
            INSERT INTO usage (id, request_id, opened_at, ended_at, organization, tier, person, conversation, model, model_asked, prompt_tokens,
                               completion_tokens, cached_prompt_tokens, reasoning_tokens, source, prompt_price, completion_price,
                               weight_ppm, cost, outcome, doubtful)
            VALUES (?, ?, ?, ?, 'acme', 'free', 'ada', 'talk', 'small', 'small', 10, 20, 0, 0, 'reported', 0, 0, 1000000, 0, 'finished', 0)
            """, (number, f"s-{number}", now, now))
        database.execute("INSERT INTO charge VALUES (?, 1, 0, 30)", (number,)) if number > 1 else None
        if number == 1:
            database.execute("INSERT INTO account VALUES (1, 'day', 'ada', ?, ?, ?, 60)", (start, start + 86_400_000, 199 * 30))
            database.execute("INSERT INTO charge VALUES (1, 1, 0, 30)")
    sums = "COUNT(*), SUM(prompt_tokens), SUM(completion_tokens), 0, 0, 0 FROM usage"
    database.execute(f"INSERT INTO usage_slot SELECT organization, person, model, opened_at - opened_at % 900000, {sums} GROUP BY 1, 2, 3, 4")
    database.execute(f"INSERT INTO conversation_usage SELECT conversation, person, MAX(opened_at), {sums} GROUP BY 1, 2")
    database.execute(
        f"""
        INSERT INTO hold (id, request_id, owner, opened_at, lease_until, organization, tier, person, model, model_asked, prompt_tokens,
                          reply_cap, prompt_price, completion_price, weight_ppm)
        VALUES (300, 'r-1', 'w', {now}, {now} + 60000, 'acme', 'free', 'ada', 'small', 'small', 10, 50, 0, 0, 1000000)
        """)
    database.execute("INSERT INTO charge VALUES (300, 1, 60, 0)")
    database.commit()
    database.close()


class Operation:
    """An operation on copies of one prepared database."""

    def __init__(self, name, folder):
        self.name = name
        self.folder = folder
        self.base = prepare(name, folder)
        self.place = folder / "place"
        self.database = self.place / "sluice.db"
        self.copy = self.place / "copy.db"
        self.log = folder / "struck"
        self.before = state(self.base)
        self.fresh()
        self.log.unlink(missing_ok=True)
        answer = run(self.command, self.place, "none", 0, self.log)
        if answer.returncode != 0:
            raise Wrong(f"{name} does not work undisturbed: {answer.stdout}")
        self.calls = self.log.read_text().splitlines()
        self.after = state(self.database)
        self.check("undisturbed")
        if name not in ("backup",) and self.before == self.after:
            raise Wrong(f"{name} changes nothing")

    @property
    def command(self):
        return [self.name, self.database] + ([self.copy] if self.name == "backup" else [])

    def fresh(self):
        shutil.rmtree(self.place, ignore_errors=True)
        self.place.mkdir()
        shutil.copy(self.base, self.database)

    def check(self, where):
        answer = run(["check", self.database])
        if answer.returncode != 0:
            raise Wrong(f"{where}: does not verify: {answer.stdout}")

    def is_between(self, found):
        """A migration is several transactions, each of which has happened or not."""
        return self.name == "migration" and found[0] == self.after[0][: len(found[0])] and found[2] == self.before[2]

    def strike(self, mode, at):
        """False when there is no such point any more."""
        self.fresh()
        self.log.unlink(missing_ok=True)
        answer = run(self.command, self.place, mode, at, self.log)
        where = f"{self.name} {mode} at {at}"
        if not self.log.exists():
            if answer.returncode != 0:
                raise Wrong(f"{where}: {answer.returncode} though nothing was struck: {answer.stdout}")
            return False
        where += f" ({self.log.read_text().strip()})"
        said = answer.stdout.split("\n")
        expected = [-9] if mode in ("kill", "torn") else [0, 3]
        if mode == "torn" and answer.returncode in (0, 3):
            expected = [0]
        if answer.returncode not in expected:
            raise Wrong(f"{where}: exit code {answer.returncode}: {answer.stdout}")
        self.judge(where, is_done="done" in said, was_killed=answer.returncode == -9)
        return True

    def judge(self, where, is_done, was_killed):
        found = state(self.database)
        if found != self.after and (is_done or (found != self.before and not self.is_between(found))):
            raise Wrong(f"{where}: {'not there though it was done' if is_done else 'half there'}: {difference(found, self.before)}")
        if self.name == "backup":
            self.judge_copy(where, is_done, was_killed)
        self.check(where)
        if found != self.after or (self.name == "backup" and not self.copy.exists()):
            again = run(self.command)
            if again.returncode != 0 or state(self.database) != self.after:
                raise Wrong(f"{where}: trying again did not work: {again.stdout}")
            self.check(f"{where}, tried again")
            if self.name == "backup":
                self.judge_copy(where, True, was_killed)

    def judge_copy(self, where, is_done, was_killed):
        if is_done and not self.copy.exists():
            raise Wrong(f"{where}: no copy though it was done")
        if self.copy.exists() and (state(self.copy) != self.before or oct(self.copy.stat().st_mode)[-3:] != "600"):
            raise Wrong(f"{where}: the copy is not the database")
        drafts = [file.name for file in self.place.iterdir() if ".part" in file.name]
        # A file that cannot be taken away stays.
        if drafts and not was_killed and "(unlink " not in where:
            raise Wrong(f"{where}: left {drafts}")

    def all(self):
        points = 0
        for mode in MODES:
            step = 1 if not SAMPLE or (self.name, mode) in DENSE else 13
            at = 1
            while self.strike(mode, at):
                points += 1
                at += step
        return points


def difference(found, expected):
    return [(a, b) for a, b in zip(found, expected) if a != b]


def main():
    global SCRATCH
    chosen = [name for name in sys.argv[3:] if name in OPERATIONS] or OPERATIONS
    total = 0
    with tempfile.TemporaryDirectory() as scratch:
        SCRATCH = scratch
        for name in chosen:
            folder = pathlib.Path(scratch) / name
            folder.mkdir()
            operation = Operation(name, folder)
            files = [call.split()[1] for call in operation.calls]
            moved = sum(file == "sluice.db" for file in files)
            points = operation.all()
            total += points
            print(f"{name}: {len(operation.calls)} calls that change a file ({moved} of the main file); {points} points struck, 0 wrong", flush=True)
    print(f"{total} crash points: nothing lost, nothing half there.")


if __name__ == "__main__":
    try:
        main()
    except Wrong as wrong:
        print(f"WRONG: {wrong}")
        sys.exit(1)
