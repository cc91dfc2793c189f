#!/usr/bin/env python3
"""Measures hold + settle over one SQLite file: ledger.py BINARY. Run by `make bench`.

Each client is a person with five limits (tokens by hour, day and month, requests by minute, concurrency). Two worker
processes; paced clients pause a tenth of a second between two requests, as a busy organization might, the others do not.
"""
import pathlib
import subprocess
import sys
import tempfile

binary = sys.argv[1]
SECONDS = 10


def measure(workers, clients, pause):
    with tempfile.TemporaryDirectory() as folder:
        database = str(pathlib.Path(folder) / "ledger.db")
        subprocess.run([binary, database, "prepare", str(clients)], check=True)
        share = clients // workers
        runs = [
            subprocess.Popen([binary, database, "run", *map(str, (share, worker * share, SECONDS, pause))], stdout=subprocess.PIPE, text=True)
            for worker in range(workers)
        ]
        times = sorted(float(line) for run in runs for line in run.communicate()[0].splitlines())
        assert all(run.returncode == 0 for run in runs)
    return times


def main():
    print("| hold + settle | pairs a second | p50 ms | p99 ms | most ms | aim (p99) |\n|---|---|---|---|---|---|")
    for name, workers, clients, pause, aim in [
        ("1 worker, 1 client, without a pause", 1, 1, 0, ""),
        ("2 workers, 64 clients, paced", 2, 64, 100, "5"),
        ("2 workers, 64 clients, as fast as it goes", 2, 64, 0, ""),
    ]:
        times = measure(workers, clients, pause)
        p50, p99 = times[len(times) // 2] / 1000, times[len(times) * 99 // 100] / 1000
        print(f"| {name} | {len(times) / SECONDS:.0f} | {p50:.2f} | {p99:.2f} | {times[-1] / 1000:.1f} | {aim} |", flush=True)


main()
