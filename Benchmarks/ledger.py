#!/usr/bin/env python3
"""Measures hold + settle over one SQLite file: ledger.py BINARY. Run by `make bench`.

Each client is a person with six limits on the way (tokens by hour, day and month, requests by minute and at once, tokens of the
API key by day). Beside it in the same run, what SQLite alone takes: transactions that update six rows and insert one, from as
many processes. A hold and its settlement are two transactions. Paced clients pause a tenth of a second between two requests,
as a busy organization might, the others do not.
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


def bare(processes):
    """The microseconds of each transaction of SQLite alone."""
    with tempfile.TemporaryDirectory() as folder:
        database = str(pathlib.Path(folder) / "bare.db")
        subprocess.run([binary, database, "bare", "0", "0"], check=True)
        runs = [
            subprocess.Popen([binary, database, "bare", str(100 * process), str(SECONDS)], stdout=subprocess.PIPE, text=True)
            for process in range(processes)
        ]
        times = sorted(float(line) for run in runs for line in run.communicate()[0].splitlines())
        assert all(run.returncode == 0 for run in runs)
    return times


def percentiles(times):
    return f"{times[len(times) // 2] / 1000:.2f} | {times[len(times) * 99 // 100] / 1000:.2f}"


def main():
    print("| six limits | transactions a second | p50 ms | p99 ms |\n|---|---|---|---|")
    for processes in [1, 2, 4]:
        alone, ours = bare(processes), measure(processes, 32 * processes, 0)
        paced = measure(processes, 32 * processes, 100)
        rate = 2 * len(ours) / len(alone)
        print(f"| SQLite alone, {processes} processes | {len(alone) / SECONDS:.0f} | {percentiles(alone)} |")
        print(f"| hold + settle, {processes} processes × 32 clients, as fast as it goes | {2 * len(ours) / SECONDS:.0f} ({rate:.2f} of SQLite alone) | {percentiles(ours)} |")
        print(f"| the same, paced | {2 * len(paced) / SECONDS:.0f} | {percentiles(paced)} |", flush=True)
    print(f"| hold + settle, 1 process, 1 client | {2 * len(single := measure(1, 1, 0)) / SECONDS:.0f} | {percentiles(single)} |")


main()
