"""API keys as people see them: made, shown once, limited, revoked; and by a shell."""
import re
import subprocess

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from forms import form_fields
from test_browser import LOOKS, picture, visit  # noqa: F401: a fixture

SECRET = re.compile(r"slk_[A-Za-z0-9_-]{43}")


@pytest.fixture
def person(house, admin):
    return house.add_person(admin.make_tier())


def make_key(page, name, **fields):
    """On the page of keys; returns the secret as it is shown."""
    page.get_by_role("link", name="New key").click()
    page.get_by_label("Name", exact=True).fill(name)
    for label, value in fields.items():
        page.get_by_label(label.replace("_", " ")).fill(value)
    page.get_by_role("button", name="Make the key").click()
    secret = page.locator("pre.secret code").inner_text()
    assert SECRET.fullmatch(secret)
    return secret


def keys_of(house, person):
    return house.rows("SELECT * FROM api_key WHERE person = ? ORDER BY created_at, id", person.id)


def test_a_key_is_made_copied_seen_once_and_revoked(house, person, visit):
    page = visit(house, person, permissions=["clipboard-read", "clipboard-write"])
    page.goto("/account")
    page.get_by_role("link", name="Your API keys").click()
    secret = make_key(page, "laptop", Tokens_per_day="5,000")
    secret_box = page.locator(".code").filter(has=page.locator("pre.secret"))
    secret_box.get_by_role("button", name="Copy").click()
    expect(secret_box.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == secret
    expect(page.locator("main")).to_contain_text(f"OPENAI_BASE_URL={house.address}/v1")
    picture(page, "account-keys-made")

    page.get_by_role("link", name="I have copied it").click()
    row = page.get_by_role("row", name=re.compile("laptop"))
    expect(row).to_contain_text(secret[:8] + "…")
    expect(row).to_contain_text("5,000 tokens per day")
    assert secret not in page.content()
    limit = house.rows("SELECT * FROM quota_limit WHERE subject = ?", keys_of(house, person)[0]["id"])[0]
    assert (limit["scope"], limit["amount"], limit["retired_at"]) == ("key", 5000, None)

    page.get_by_role("link", name="Revoke laptop").click()
    expect(page.get_by_role("heading", name=f"Revoke laptop ({secret[:8]}…)?")).to_be_visible()
    page.get_by_role("button", name="Revoke").click()
    expect(page.get_by_role("status")).to_contain_text("laptop was revoked")
    expect(row).to_contain_text("revoked")
    expect(row.get_by_role("link")).to_have_count(0)
    assert keys_of(house, person)[0]["revoked_at"] is not None


def test_a_double_click_makes_one_key_and_shows_its_secret(house, person, visit):
    page = visit(house, person)
    page.goto("/account/keys?edit=new")
    page.get_by_label("Name", exact=True).fill("twice")
    page.get_by_role("button", name="Make the key").dblclick()
    secret = page.locator("pre.secret code").inner_text()
    assert SECRET.fullmatch(secret)
    assert [row["name"] for row in keys_of(house, person)] == ["twice"]
    filled = {**form_fields(person.client.get("/account/keys?edit=new").text, "/account/keys#key"), "name": "again"}
    pages = [person.client.post("/account/keys", data=filled).text for _ in range(2)]
    assert len({SECRET.search(page)[0] for page in pages}) == 1
    assert len(keys_of(house, person)) == 2


def test_without_javascript_a_key_is_made_changed_and_revoked(house, person, visit):
    page = visit(house, person, java_script_enabled=False)
    page.goto("/account/keys")
    secret = make_key(page, "plain")
    code = page.locator("pre.secret code")
    code.click()
    assert code.inner_text() == secret
    page.goto("/account/keys")
    page.get_by_role("link", name="Edit plain").click()
    page.get_by_label("Name", exact=True).fill("still plain")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Revoke still plain").click()
    page.get_by_role("button", name="Revoke").click()
    expect(page.get_by_role("row", name=re.compile("still plain"))).to_contain_text("revoked")


def test_an_admin_makes_a_project_and_a_key_in_it_for_somebody(house, admin, person, visit):
    page = visit(house, admin)
    page.goto("/admin/projects")
    page.get_by_role("link", name="New project").click()
    page.get_by_label("Name", exact=True).fill("Sea shanties")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row", name=re.compile("Sea shanties"))).to_contain_text("0")
    page.goto(f"/admin/people/{person.id}")
    page.get_by_role("link", name="API keys").click()
    page.get_by_role("link", name="New key").click()
    page.get_by_label("Name", exact=True).fill("theirs")
    page.get_by_label("Project").select_option("Sea shanties")
    page.get_by_role("button", name="Make the key").click()
    expect(page.locator("pre.secret")).to_be_visible()
    page.goto("/admin/projects")
    expect(page.get_by_role("row", name=re.compile("Sea shanties"))).to_contain_text("1")
    page.goto("/admin/audit")
    expect(page.locator("main")).to_contain_text("API key made")


@pytest.mark.parametrize("look", LOOKS)
def test_the_pages_of_keys_are_accessible_and_fit(house, admin, person, visit, look):
    flaws = []

    def look_at(page, name):
        flaws.extend(
            f"{name}: {flaw['id']} {[node['target'] for node in flaw['nodes'][:3]]}"
            for flaw in Axe().run(page).response["violations"])
        if (width := page.evaluate("document.documentElement.scrollWidth")) > page.viewport_size["width"]:
            flaws.append(f"{name} is {width} wide")
        page.screenshot(path=f"var/screenshots/{name}-{look}.png", full_page=True)

    page = visit(house, person, **LOOKS[look])
    page.goto("/account/keys")
    look_at(page, "account-keys-empty")
    make_key(page, "an editor on the laptop", Tokens_per_day="20,000", Requests_per_minute="10")
    look_at(page, "account-keys-made")
    page.get_by_role("link", name="New key").click()
    page.get_by_label("Name", exact=True).fill("x")
    page.get_by_label("Tokens per day").fill("a lot")
    page.get_by_role("button", name="Make the key").click()
    expect(page.get_by_label("Tokens per day")).to_have_attribute("aria-invalid", "true")
    look_at(page, "account-keys-refused")
    page.goto("/account/keys")
    look_at(page, "account-keys")
    page.get_by_role("link", name=re.compile("^Revoke")).click()
    look_at(page, "account-keys-revoke")
    panel = visit(house, admin, **LOOKS[look])
    for name, path in {
            "admin-person-keys": f"/admin/people/{person.id}/keys", "admin-projects": "/admin/projects",
            "admin-project": "/admin/projects?edit=new", "admin-person-links": f"/admin/people/{person.id}"}.items():
        panel.goto(path)
        look_at(panel, name)
    visit.complaints[:] = [complaint for complaint in visit.complaints if "422" not in complaint]
    assert not flaws, "\n".join(flaws)


def sluice(house, *arguments):
    return subprocess.run(
        [house.sluice, "key", *arguments], env=house.environment, capture_output=True, text=True, timeout=60)


def test_a_shell_prints_the_key_alone_lists_and_revokes_it(house, person):
    made = sluice(house, "create", "--user", person.email, "--project", f"By {person.email}", "--name", "cron", "--expires", "30")
    assert made.returncode == 0 and SECRET.fullmatch(made.stdout.removesuffix("\n"))
    assert f"Made the project By {person.email}." in made.stderr
    again = sluice(house, "create", "--user", person.email, "--project", f"By {person.email}")
    assert again.returncode == 0 and again.stderr == ""
    key = keys_of(house, person)[0]
    assert key["expires_at"] - key["created_at"] == pytest.approx(30 * 86_400_000, abs=60_000)
    lines = [line.split("\t") for line in sluice(house, "list", "--user", person.email).stdout.splitlines()]
    assert [key["id"], made.stdout[:8] + "…", "live"] in [line[:3] for line in lines]
    assert sluice(house, "revoke", key["id"]).returncode == 0
    assert f"{key['id']}\t{made.stdout[:8]}…\trevoked" in sluice(house, "list", "--user", person.email).stdout
    for mistake in (["revoke", key["id"]], ["create", "--user", "nobody@example.org"], ["list", "--user", "x"]):
        failed = sluice(house, *mistake)
        assert failed.returncode == 1 and failed.stdout == "" and failed.stderr.startswith("Error: ")
