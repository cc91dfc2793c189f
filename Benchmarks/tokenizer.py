#!/usr/bin/env python3
"""Measures the token counter beside tiktoken, in turns, on one core, and prints the table of Benchmarks/README.md.

    tokenizer.py TABLES BINARY      run by `make bench` with the Python of var/test-python, which has tiktoken
"""
import os
import pathlib
import statistics
import subprocess
import sys
import time

import corpora

ENCODINGS = ["o200k_base", "cl100k_base"]
ROUNDS = 5
NATURAL_AIMS = {"English prose": 8, "Code": 8, "Chinese": 3.5, "Japanese": 3.5, "Russian": 3.5, "Arabic": 3.5}

tables, binary = sys.argv[1:3]
directory = pathlib.Path("var/benchmark")
directory.mkdir(parents=True, exist_ok=True)
os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def run(*arguments):
    return subprocess.run([binary, tables, *map(str, arguments)], check=True, capture_output=True, text=True).stdout


def sluice(encoding, path):
    """Tokens, bytes, seconds the first time in a fresh process, best seconds after that."""
    size, tokens, first, best = run("count", encoding, path).split()
    return int(tokens), int(size), float(first), float(best)


def tiktoken_seconds(encoder, text):
    best = float("inf")
    for _ in range(2):
        start = time.process_time()
        tokens = len(encoder.encode_ordinary(text))
        best = min(best, time.process_time() - start)
    return tokens, best


def compare(name, path, encoding, encoder):
    """Rounds in turns; the ratio of each round, and the median of them."""
    text = path.read_text()
    ratios, rates = [], []
    for _ in range(ROUNDS):
        tokens, size, first, best = sluice(encoding, path)
        reference, slow = tiktoken_seconds(encoder, text)
        assert tokens == reference, f"{name}: {tokens} tokens here, {reference} there"
        ratios.append(slow / best)
        rates.append((size / first / 1e6, size / best / 1e6, size / slow / 1e6))
    middle = [statistics.median(column) for column in zip(*rates)]
    return statistics.median(ratios), min(ratios), *middle


def natural(encoders):
    print("| text | encoding | Sluice MB/s, first time in a process | Sluice MB/s | tiktoken MB/s | times as fast (median, least of 5 rounds) | aim |")
    print("|---|---|---|---|---|---|---|")
    for name, path in corpora.natural(directory).items():
        for encoding in ENCODINGS:
            ratio, least, first, best, theirs = compare(name, path, encoding, encoders[encoding])
            print(f"| {name} | {encoding} | {first:.0f} | {best:.0f} | {theirs:.1f} | {ratio:.1f} ({least:.1f}) | {NATURAL_AIMS[name]} |", flush=True)


def worst():
    print("\n| worst case, 1 MB | o200k_base MB/s | cl100k_base MB/s | aim |\n|---|---|---|---|")
    for name, path in corpora.worst(directory).items():
        rates = []
        for encoding in ENCODINGS:
            runs = [sluice(encoding, path) for _ in range(3)]
            rates.append(statistics.median(size / best / 1e6 for _, size, _, best in runs))
        print(f"| {name} | {rates[0]:.0f} | {rates[1]:.0f} | 20 |", flush=True)


def rest():
    ready, ready_cpu = zip(*([int(n) / 1000 for n in run("ready").split()[:2]] for _ in range(21)))
    paths = sorted(directory.glob("*.txt"))
    prose = directory / "english-prose.txt"
    short = [statistics.median(float(run("short", e, prose, 1000)) for _ in range(5)) for e in ENCODINGS]
    print("\n| | measured | aim |\n|---|---|---|")
    print(f"| both tables opened, checked and counted from, cold process, median and most of 21 | {statistics.median(ready):.2f} and {max(ready):.2f} ms (CPU {statistics.median(ready_cpu):.2f} and {max(ready_cpu):.2f} ms) | 2 ms |")
    print(f"| resident memory added by both encodings after all texts above | {int(run('memory', *paths)) / 1024:.1f} MB | 15 MB |")
    print(f"| 1 kB of English prose, median, o200k_base and cl100k_base | {short[0]:.1f} and {short[1]:.1f} µs | 5 µs |")


def main():
    sys.path.insert(0, "Tests/TokenizerTests/Reference")
    from tiktoken_reference import encodings

    encoders = dict(zip(ENCODINGS, encodings(tables)))
    natural(encoders)
    worst()
    rest()


main()
