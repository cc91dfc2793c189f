#!/usr/bin/env python3
"""Times `sluice verify`: verify.py LEDGER_BENCHMARK SLUICE [ROWS]. Run by `make bench`.

The ledger has ROWS settled requests (a million), one a second, of a hundred people in turn with a key each, charged by tokens of
the hour, day and month; and once more with requests by the minute on the way, each of which has an account of its own minute.
"""
import multiprocessing
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import time

benchmark, sluice = sys.argv[1:3]
ROWS = int(sys.argv[3]) if len(sys.argv) > 3 else 1_000_000
START = 1_767_225_600_000
WINDOWS = {"hour": 3_600_000, "day": 86_400_000, "month": 30 * 86_400_000, "minute": 60_000}


def fill(path, meters):
    subprocess.run([benchmark, path, "prepare", "100"], check=True)
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA cache_size = -400000")
    database.execute("BEGIN IMMEDIATE")
    database.execute("CREATE TEMP TABLE someone AS SELECT row_number() OVER (ORDER BY k.id) - 1 AS number, p.id, p.tier, p.organization, k.id AS key FROM person p JOIN api_key k ON k.person = p.id")
    database.execute("CREATE UNIQUE INDEX temp.someone_by_number ON someone (number)")
    database.execute(
        """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
        INSERT INTO usage (id, request_id, opened_at, ended_at, organization, tier, person, api_key, conversation, model, model_asked,
                           prompt_tokens, completion_tokens, cached_prompt_tokens, reasoning_tokens, source, prompt_price,
                           completion_price, weight_ppm, cost, outcome, doubtful)
        SELECT i, lower(hex(randomblob(16))), ? + i * 1000, ? + i * 1000 + 900, s.organization, s.tier, s.id, s.key,
               printf('%032x', i / 1000 * 100 + s.number), m.id, 'none', 100 + i % 50, 200, 0, 0, 'reported', 0, 0, 1000000, 0, 'finished', 0
          FROM n JOIN someone s ON s.number = n.i % 100 JOIN model m
        """, (ROWS, START, START))
    for limit, meter, window in database.execute("SELECT id, meter, time_window FROM quota_limit WHERE scope = 'tier'").fetchall():
        if (meter, window) not in meters:
            continue
        length = WINDOWS[window]
        used = "prompt_tokens + completion_tokens" if meter == "tokens" else "1"
        database.execute(
            f"""
            INSERT INTO account (limit_id, holder, window_start, resets_at, used)
            SELECT ?, person, opened_at / {length} * {length} AS start, opened_at / {length} * {length} + {length}, SUM({used})
              FROM usage GROUP BY start, person
            """, (limit,))
        database.execute(
            f"""
            INSERT INTO charge (entry, account, held, used)
            SELECT u.id, a.id, 0, {used} FROM usage u
              JOIN account a ON a.limit_id = ? AND a.holder = u.person AND a.window_start = u.opened_at / {length} * {length}
            """, (limit,))
    sums = "SUM(1), SUM(prompt_tokens), SUM(completion_tokens), SUM(cached_prompt_tokens), SUM(reasoning_tokens), SUM(cost)"
    columns = "requests, prompt_tokens, completion_tokens, cached_prompt_tokens, reasoning_tokens, cost"
    slot = "opened_at / 900000 * 900000"
    database.execute(f"INSERT INTO usage_slot (person, slot, model, organization, {columns}) SELECT person, {slot}, model, organization, {sums} FROM usage GROUP BY 1, 2, 3")
    database.execute(f"INSERT INTO conversation_usage (conversation, person, latest_at, {columns}) SELECT conversation, person, MAX(opened_at), {sums} FROM usage GROUP BY 1")
    database.execute(f"INSERT INTO key_usage_slot (api_key, slot, project, organization, {columns}) SELECT api_key, {slot}, '', organization, {sums} FROM usage GROUP BY 1, 2, 4")
    database.execute("COMMIT")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    counts = [database.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0] for table in ["charge", "account"]]
    database.close()
    return counts


def main():
    tokens = {("tokens", "hour"), ("tokens", "day"), ("tokens", "month")}
    print("| sluice verify | charges | accounts | file MB | seconds | of them CPU | peak MB |\n|---|---|---|---|---|---|---|")
    for name, meters in [("three limits", tokens), ("and requests by the minute", tokens | {("requests", "minute")})]:
        with tempfile.TemporaryDirectory() as folder:
            path = str(pathlib.Path(folder) / "ledger.db")
            # In a process of its own: memory is counted from before a program is started.
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                charges, accounts = pool.apply(fill, (path, meters))
            begun = time.monotonic()
            run = subprocess.Popen([sluice, "verify"], env={**os.environ, "SLUICE_DATABASE": path}, stdout=subprocess.PIPE, text=True)
            said = run.stdout.read()
            _, status, used = os.wait4(run.pid, 0)
            seconds = time.monotonic() - begun
            assert os.waitstatus_to_exitcode(status) == 0, said
            megabytes = os.path.getsize(path) / 1e6
            print(f"| {ROWS:,} requests, {name} | {charges:,} | {accounts:,} | {megabytes:.0f} | {seconds:.1f} | {used.ru_utime + used.ru_stime:.1f} | {used.ru_maxrss / 1024:.0f} |", flush=True)


if __name__ == "__main__":
    main()
