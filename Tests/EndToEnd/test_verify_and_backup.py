"""`sluice verify` and `sluice backup`, as somebody at a shell meets them: what they print and how they exit."""
import contextlib
import json
import os
import re
import sqlite3
import stat
import subprocess

import pytest


class Shell:
    """A shell whose database is another one than the house's."""

    def __init__(self, house, database):
        self.sluice, self.database = house.sluice, database

    def __call__(self, *arguments):
        return subprocess.run(
            [self.sluice, *arguments], env=os.environ | {"SLUICE_DATABASE": str(self.database)},
            capture_output=True, text=True, timeout=60)

    def rows(self, query):
        with contextlib.closing(sqlite3.connect(self.database)) as connection:
            return connection.execute(query).fetchall()

    def change(self, *statements):
        """The last one must change rows."""
        with contextlib.closing(sqlite3.connect(self.database)) as connection, connection:
            changed = [connection.execute(statement).rowcount for statement in statements]
            assert changed[-1] > 0, "nothing was changed"


@pytest.fixture
def shell(house, admin, tmp_path):
    """With a copy of the house, in which somebody has used something."""
    person = house.add_person(tier=admin.make_tier(tokensPerDay=1000))
    person.ask("How does a sluice work?")
    copy = tmp_path / "copy.db"
    house.run("backup", copy)
    return Shell(house, copy)


def test_verify_says_what_it_counted(shell):
    said = shell("verify")
    assert said.returncode == 0 and said.stdout.splitlines()[-1] == "All adds up." and said.stderr == ""
    (usage,), = shell.rows("SELECT COUNT(*) FROM usage")
    assert any(line.split() == ["usage", f"{usage:,}", "row" + "s" * (usage != 1), "…", "ok"] for line in said.stdout.splitlines())
    report = json.loads(shell("verify", "--json").stdout)
    assert report["isClean"] and {"check": "usage", "rows": usage}.items() <= report["results"][3].items()


def test_what_does_not_add_up_is_named_and_repaired(shell):
    shell.change("UPDATE account SET used = used + 7 WHERE id = (SELECT MIN(id) FROM account WHERE used > 0)")
    said = shell("verify")
    assert said.returncode == 1 and said.stdout.splitlines()[-1] == "1 difference.", said.stdout
    different, = (line for line in said.stdout.splitlines() if ", expected " in line)
    used, held, should_be_used, should_be_held = map(int, re.search(r"is (\d+) \+ (\d+), expected (\d+) \+ (\d+)$", different).groups())
    assert (used, held) == (should_be_used + 7, should_be_held)
    healed = shell("verify", "--repair")
    assert healed.returncode == 0 and "repaired accounts: 1 row" in healed.stdout and different.split(":")[0] in healed.stdout
    assert shell("verify").returncode == 0
    assert shell.rows("SELECT COUNT(*) FROM audit WHERE action LIKE '%repair%'") == [(1,)]


def test_what_nobody_can_derive_is_told_and_left(shell):
    triggers = shell.rows("SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'audit'")
    shell.change(*(f"DROP TRIGGER {name}" for name, in triggers), "UPDATE audit SET after = '{}' WHERE id = 1")
    for arguments in ["verify"], ["verify", "--repair"]:
        said = shell(*arguments)
        assert said.returncode == 1 and "cannot be repaired" in said.stdout, said.stdout


def broken(tmp_path, how):
    file = tmp_path / "other.db"
    if how == "no database":
        file.write_text("These are no pages of SQLite.\n" * 200)
    return file


@pytest.mark.parametrize("how, says", [("missing", "there is no file"), ("no database", "is no database")])
@pytest.mark.parametrize("command, says_first", [("verify", "Nothing was checked. "), ("backup", "Nothing was written. ")])
def test_what_cannot_be_read_is_neither_right_nor_wrong(house, tmp_path, how, says, command, says_first):
    shell = Shell(house, broken(tmp_path, how))
    said = shell(command, *[tmp_path / "copy.db"] * (command == "backup"))
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr.startswith(says_first) and says in said.stderr and said.stderr.count("\n") == 1
    assert not (tmp_path / "copy.db").exists()


def test_a_backup_is_private_whole_and_never_in_place_of_another(shell, tmp_path):
    copy = tmp_path / "second.db"
    said = shell("backup", copy)
    assert (said.returncode, said.stdout, said.stderr) == (0, f"Wrote {copy}.\n", "")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    content = copy.read_bytes()
    again = shell("backup", copy)
    assert again.returncode == 2 and again.stderr.startswith("Nothing was written. ") and copy.read_bytes() == content
    nowhere = shell("backup", tmp_path / "no-such-folder" / "copy.db")
    assert nowhere.returncode == 2 and nowhere.stderr.startswith("Nothing was written. ")
    assert sorted(file.name for file in tmp_path.iterdir() if "second" in file.name) == ["second.db"]


def test_a_backup_of_what_does_not_add_up_says_so(shell, tmp_path):
    shell.change("UPDATE account SET used = used + 7 WHERE id = (SELECT MIN(id) FROM account WHERE used > 0)")
    copy = tmp_path / "second.db"
    said = shell("backup", copy)
    assert said.returncode == 1 and copy.exists() and "sluice verify" in said.stderr
    assert Shell(shell, copy)("verify").returncode == 1
