"""Limits as a file, from a shell, over a database of their own: no server is needed."""
import os
import pathlib
import subprocess

import pytest

TOP = pathlib.Path(__file__).parents[2]

# As it is printed in the lesson that the format comes from, with its indentation.
PRINTED = """\
# token_limits.yaml
organization:
  monthly_budget: 10000000 # 10M tokens
  daily_cap: 500000

projects:
  production:
    daily_limit: 200000
    request_limit: 4000
    priority: high

  development:
    daily_limit: 50000
    request_limit: 2000
    priority: low

users:
  tier_premium:
    daily_limit: 50000
    rate_limit: 100 # requests per minute

  tier_standard:
    daily_limit: 10000
    rate_limit: 30

alerts:
  - threshold: 0.8
    action: warn
    channels: [slack, email]

  - threshold: 0.95
    action: throttle
    reduction: 0.5 # Reduce to 50% speed

  - threshold: 1.0
    action: block
    fallback: cache
"""


@pytest.fixture
def limits(tmp_path):
    environment = os.environ | {"SLUICE_DATABASE": str(tmp_path / "sluice.db")}

    def run(*arguments, stdin=None):
        return subprocess.run(
            [TOP / ".build/debug/sluice", "limits", *arguments], env=environment, cwd=tmp_path, input=stdin,
            capture_output=True, text=True, timeout=60)

    return run


def test_the_printed_file_is_shown_then_applied_and_exported_unchanged(limits, tmp_path):
    (tmp_path / "token_limits.yaml").write_text(PRINTED)
    before = limits("export").stdout

    shown = limits("import", "token_limits.yaml", "--dry-run")
    assert shown.returncode == 0, shown.stderr
    assert "tier Standard: tokens a day: 500,000 → 10,000\n" in shown.stdout
    assert "project production: tokens per request: new: 4,000\n" in shown.stdout
    assert limits("export").stdout == before

    applied = limits("import", "token_limits.yaml")
    assert applied.stdout == shown.stdout
    exported = limits("export").stdout
    assert exported != before
    again = limits("import", "-", stdin=exported)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "All limits are so already.\n")
    assert limits("export").stdout == exported


def test_what_is_refused_is_said_with_its_line_and_nothing_is_applied(limits, tmp_path):
    (tmp_path / "bad.yaml").write_text(
        PRINTED.replace("daily_cap: 500000", "daily_cap: -1").replace("rate_limit: 30", "rate_limt: 30"))
    before = limits("export").stdout
    said = limits("import", "bad.yaml")
    assert said.returncode == 1
    assert said.stdout == ""
    assert said.stderr == (
        "bad.yaml:4: daily_cap must not be negative: “-1”\n"
        "bad.yaml:24: unknown key “rate_limt”; did you mean “rate_limit”?\n")
    assert limits("export").stdout == before


def test_names_that_nobody_has_are_refused_the_same_way(limits):
    said = limits("import", "-", stdin="people:\n  nobody@example.org: {daily_limit: 1}\n")
    assert said.returncode == 1
    assert said.stderr == "standard input:2: nobody has the address “nobody@example.org”\n"


def test_ten_megabytes_and_what_is_no_file_are_refused(limits):
    assert limits("import", "-", stdin="[" * 10_000_000).stderr == "standard input: is larger than 256 KiB\n"
    missing = limits("import", "missing.yaml")
    assert missing.returncode == 1
    assert missing.stderr == "Error: missing.yaml cannot be read: The file doesn’t exist.\n"
