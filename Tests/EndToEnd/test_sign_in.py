"""The ways in and out, and what keeps others from using them."""
import re
import subprocess

import httpx
import pytest

from forms import form_fields
from house import PASSWORD, Person, alert, sign_in

COOKIE = "sluice-insecure"


@pytest.fixture(scope="module")
def person(house):
    return house.add_person()


def is_signed_in(client):
    return client.get("/account", follow_redirects=False).status_code == 200


def test_the_one_time_link_works_once(house, admin):
    again = house.client().get(house.first_admin_link)
    assert again.status_code == 404
    assert "This link does not work" in again.text
    link = house.first_admin_link.rsplit("/", 1)[1]
    filled = {"link": link, "email": "eve@example.org", "name": "Eve", "password": PASSWORD}
    assert house.client().post("/first-admin", data=filled).status_code == 404
    assert not house.rows("SELECT 1 FROM person WHERE email = 'eve@example.org'")


def test_where_there_is_an_admin_the_shell_makes_no_link(house, admin):
    said = subprocess.run(
        [house.sluice, "first-admin"], env=house.environment, capture_output=True, text=True, timeout=60)
    assert (said.returncode, said.stdout) == (0, "")


def test_a_person_that_a_shell_added_signs_in_and_out(house):
    person = house.add_person()
    assert is_signed_in(person.client)
    cookie = person.client.cookies[COOKIE]
    answer = person.client.post("/sign-out")
    assert answer.url.path == "/sign-in" and "You are signed out." in answer.text
    assert not is_signed_in(person.client)
    kept = httpx.get(house.address + "/account", cookies={COOKIE: cookie})
    assert kept.status_code == 303, "the session goes on behind the cookie"


def test_a_shell_prints_a_link_with_which_a_person_chooses_their_password(house):
    def shell(*arguments):
        said = subprocess.run(
            [house.sluice, "user", *arguments], env=house.environment | {"SLUICE_ADDRESS": house.address},
            capture_output=True, text=True, timeout=60)
        return said.returncode, said.stdout.strip()

    status, link = shell("add", "invited@example.org", "--invite")
    assert status == 0 and link.startswith(house.address + "/invitation/")
    assert sign_in(house.client(), "invited@example.org", PASSWORD).status_code == 422
    client = house.client()
    filled = {**form_fields(client.get(link).text, "/invitation"), "password": PASSWORD}
    assert client.post("/invitation", data=filled).url.path == "/chat" and is_signed_in(client)
    assert client.get(link).status_code == 404
    person = Person(house, "invited@example.org")

    status, link = shell("invite", "invited@example.org")
    assert status == 0 and is_signed_in(person.client)
    assert house.client().post("/invitation", data={**filled, "link": link.rsplit("/", 1)[1]}).status_code == 200
    assert not is_signed_in(person.client)
    assert shell("invite", "nobody@example.org") == (1, "")
    assert shell("add", "other@example.org", "--invite", "--password-stdin")[0] == 64


def test_a_shell_refuses_a_password_that_everyone_tries(house):
    said = subprocess.run(
        [house.sluice, "user", "add", "weak@example.org", "--password-stdin"], env=house.environment,
        input="password1\n", capture_output=True, text=True, timeout=60)
    assert said.returncode != 0 and "password" in said.stderr
    assert not house.rows("SELECT 1 FROM person WHERE email = 'weak@example.org'")


def test_a_wrong_password_and_an_unknown_address_look_alike(house, person):
    wrong = sign_in(house.client(), person.email, "not the password")
    unknown = sign_in(house.client(), "nobody@example.org", "not the password")
    assert wrong.status_code == unknown.status_code == 422
    assert alert(wrong.text) == alert(unknown.text) == "The address or the password is wrong."
    as_one = [answer.text.replace(email, "") for answer, email in ((wrong, person.email), (unknown, "nobody@example.org"))]
    assert as_one[0] == as_one[1], "the pages differ in more than the address"


def test_who_guesses_has_to_wait_and_the_right_password_too(house):
    person = house.add_person()
    for number in range(12):
        refused = sign_in(house.client(), person.email, f"guess {number}")
        if refused.status_code == 429:
            break
        assert refused.status_code == 422
    assert refused.status_code == 429 and number >= 5, f"{number} guesses were free"
    assert int(refused.headers["retry-after"]) >= 1
    assert "too many tries" in alert(refused.text)
    house.change("UPDATE sign_in_failure SET blocked_until = blocked_until + 60000 WHERE subject = ?", person.email)
    assert sign_in(house.client(), person.email, person.password).status_code == 429
    let_the_wait_pass(house, person.email)
    assert is_signed_in(Person(house, person.email).client)


def let_the_wait_pass(house, email):
    house.change("UPDATE sign_in_failure SET blocked_until = 0 WHERE subject = ?", email)


def test_nobody_is_led_away_after_signing_in(house, person):
    for there in ("https://evil.example/", "//evil.example/", "/\\evil.example/"):
        client = house.client()
        answer = client.post(
            "/sign-in", data={"email": person.email, "password": person.password, "next": there}, follow_redirects=False)
        assert answer.headers["location"] == "/chat"


def test_who_has_to_sign_in_first_comes_to_the_page_that_was_asked_for(house, person):
    client = house.client()
    page = client.get("/account/usage")
    assert page.url.path == "/sign-in"
    filled = {**form_fields(page.text, "/sign-in"), "email": person.email, "password": person.password}
    assert client.post("/sign-in", data=filled).url.path == "/account/usage"


def test_a_session_can_be_ended_from_another_browser(house):
    person = house.add_person()
    elsewhere, further = Person(house, person.email), Person(house, person.email)
    page = person.client.get("/account").text
    ends = re.findall(r"/account/sessions/(?!end-others)[^/\"]+/end", page)
    assert len(ends) == 2, "the list has the other two, and no button for this one"
    assert "That browser is signed out." in person.client.post(ends[0]).text
    assert [is_signed_in(other.client) for other in (elsewhere, further)].count(True) == 1
    person.client.post("/account/sessions/end-others")
    assert not is_signed_in(elsewhere.client) and not is_signed_in(further.client)
    assert is_signed_in(person.client)


def test_nobody_ends_the_session_of_somebody_else(house, person):
    other = house.add_person()
    theirs = house.rows("SELECT id FROM session WHERE person = ?", other.id)[0]["id"]
    assert person.client.post(f"/account/sessions/{theirs}/end").status_code == 404
    assert is_signed_in(other.client)


def test_a_new_password_signs_everybody_else_out(house):
    person = house.add_person()
    elsewhere = Person(house, person.email)
    before = person.client.cookies[COOKIE]
    answer = person.client.post("/account/password", data={"current": person.password, "new": "another gate, of ash", "endOthers": "yes"})
    assert answer.status_code == 200 and "The password was changed." in answer.text
    assert is_signed_in(person.client) and person.client.cookies[COOKIE] != before
    assert not is_signed_in(elsewhere.client)
    assert sign_in(house.client(), person.email, person.password).status_code == 422
    assert is_signed_in(Person(house, person.email, "another gate, of ash").client)


def test_who_does_not_know_the_password_cannot_change_it(house, person):
    answer = person.client.post("/account/password", data={"current": "a guess", "new": "another gate, of ash"})
    assert answer.status_code == 422 and "This is not your password." in answer.text
    assert is_signed_in(Person(house, person.email).client)


def test_an_expired_session_is_over(house):
    person = house.add_person()
    house.change("UPDATE session SET last_seen_at = last_seen_at - 12 * 3600000, created_at = created_at - 12 * 3600000 "
                 "WHERE person = ?", person.id)
    assert not is_signed_in(person.client)


@pytest.mark.parametrize("forge", [
    lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"), lambda token: "", lambda token: "' OR 1=1 --",
    lambda token: token.swapcase(), lambda token: token * 200,
], ids=["last letter", "empty", "SQL", "other case", "long"])
def test_a_forged_cookie_is_nobody_s(house, person, forge):
    answer = httpx.get(house.address + "/account", headers={"cookie": f"{COOKIE}={forge(person.client.cookies[COOKIE])}"})
    assert answer.status_code in (303, 400)
    assert answer.status_code == 400 or answer.headers["location"].startswith("/sign-in")


def test_two_session_cookies_are_as_none(house, person):
    token = person.client.cookies[COOKIE]
    answer = httpx.get(house.address + "/account", headers={"cookie": f"{COOKIE}={token}; {COOKIE}={token}"})
    assert answer.status_code == 303


@pytest.mark.parametrize("headers", [
    {"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {},
], ids=str)
def test_a_form_of_another_site_changes_nothing(house, person, headers):
    answer = httpx.post(
        house.address + "/account/preferences", data={"displayName": "Mallory", "timeZone": ""}, headers=headers,
        cookies={COOKIE: person.client.cookies[COOKIE]})
    assert answer.status_code == 403
    assert house.rows("SELECT 1 FROM person WHERE id = ? AND display_name = 'Mallory'", person.id) == []


def test_the_cookie_is_kept_from_scripts_and_other_sites(house, person):
    answer = house.client().post(
        "/sign-in", data={"email": person.email, "password": person.password}, follow_redirects=False)
    cookie = next(value for value in answer.headers.get_list("set-cookie") if value.startswith(COOKIE))
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie
    stored = house.rows("SELECT * FROM session WHERE person = ?", person.id)
    token = cookie.split("=", 1)[1].split(";")[0]
    assert stored and all(token not in map(str, tuple(row)) for row in stored), "the store holds the token itself"


def test_the_admin_panel_is_closed_to_others(person):
    assert person.client.get("/admin/tiers").status_code == 403
    assert person.client.post("/admin/tiers", data={"name": "Mine"}).status_code == 403
