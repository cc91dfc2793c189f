"""An alert from the prompt that causes it to those who are told, through the real workers; and what a monitor reads."""
import contextlib
import http.server
import json
import threading

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe

from conftest import running_house
from house import Admin, eventually
from test_browser import LOOKS, SCREENSHOTS, visit  # noqa: F401: a fixture


@contextlib.contextmanager
def receiver():
    """A webhook on the loopback, which refuses the first post."""
    posts = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            posts.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200 if len(posts) > 1 else 503)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/secret-address", posts
    finally:
        server.shutdown()


@pytest.fixture
def mail_program(tmp_path):
    program = tmp_path / "sendmail"
    program.write_text(f'#!/bin/sh\ncat >> "{tmp_path}/mail"\n')
    program.chmod(0o755)
    return program


def test_an_alert_reaches_those_who_are_told(tmp_path, mail_program, visit):
    with receiver() as (address, posts), running_house(
            tmp_path / "data", SLUICE_SENDMAIL=str(mail_program), SLUICE_METRICS_TOKEN="open sesame") as house:
        admin = Admin(house)
        house.change(
            "UPDATE organization SET alert_rules = ?, alert_targets = ?",
            json.dumps([
                {"thresholdPartsPerMillion": 10_000, "action": "warn", "channels": []},
                {"thresholdPartsPerMillion": 20_000, "action": "warn", "channels": ["webhook", "email", "slack"]}]),
            json.dumps({"webhookURL": address, "emails": ["ops@example.org"]}))
        person = house.add_person(admin.make_tier(tokensPerDay=1000))
        person.ask("Tell me about the sea.")

        first = eventually(lambda: posts and posts[0])
        assert first["meter"] == "tokens" and first["window"] == "day" and first["threshold"] == 0.02
        assert person.email in first["holder"] and first["dashboard"] == house.address + "/admin/alerts"
        mail = eventually(lambda: (tmp_path / "mail").exists() and (tmp_path / "mail").read_text())
        assert "\nTo: ops@example.org\n" in mail or mail.startswith("From: sluice@localhost\nTo: ops@example.org\n")

        # It is tried again when its time has come; and once only, though there are two workers.
        eventually(lambda: house.rows("SELECT * FROM alert_delivery WHERE channel = 'webhook' AND failure IS NOT NULL"))
        house.change("UPDATE alert_delivery SET next_attempt_at = 0 WHERE channel = 'webhook'")
        eventually(lambda: house.rows("SELECT * FROM alert_delivery WHERE channel = 'webhook' AND delivered_at > 0"))
        assert len(posts) == 2 and posts[0] == posts[1]
        assert mail.count("Message-ID:") == 1
        log = (house.data / "run/sluice.log").read_text()
        assert "it answered 503" in log and "secret-address" not in log

        page = admin.client.get("/admin/alerts").text
        assert "only here" in page and "there is no address for this channel" in page and "secret-address" not in page
        looks(house, admin, visit)
        metrics = httpx.get(house.address + "/metrics", headers={"authorization": "Bearer open sesame"}).text
        assert 'sluice_alerts_total{action="warn"} 2\n' in metrics and person.email not in metrics
        assert httpx.get(house.address + "/metrics").status_code == 401


def looks(house, admin, visit):
    for name, look in LOOKS.items():
        page = visit(house, admin, **look)
        page.goto("/admin/alerts")
        assert not Axe().run(page).response["violations"], name
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"], name
        page.screenshot(path=SCREENSHOTS / f"alerts-{name}.png", full_page=True)


def test_a_limit_rises_while_the_organization_has_room(tmp_path):
    with running_house(tmp_path / "data") as house:
        admin = Admin(house)
        person = house.add_person(admin.make_tier(tokensPerDay=1000))
        tier = house.rows("SELECT tier FROM person WHERE id = ?", person.id)[0]["tier"]
        # As if the days before had taken little: then the hour of the day at which this runs plays no part.
        house.change(
            "INSERT INTO quota_limit (id, scope, subject, meter, time_window, amount)"
            " SELECT 'all', 'organization', id, 'tokens', 'day', 1000000 FROM organization")
        house.change(
            "INSERT INTO account (limit_id, holder, window_start, resets_at, used)"
            " SELECT 'all', id, (unixepoch() / 86400 - 1) * 86400000, unixepoch() / 86400 * 86400000, 10"
            "   FROM organization")
        house.change("UPDATE quota_limit SET elastic_ceiling = 2000 WHERE subject = ? AND time_window = 'day'", tier)

        change = eventually(lambda: house.rows("SELECT * FROM limit_change"))
        assert [row["amount_after"] for row in change] == [1100], "one step, by one of the two workers"
        assert change[0]["reason"].endswith(" % of the organization's tokens per day: raised to 1,100")
        assert "raised from 1,000 while there is room" in person.client.get("/help/limits").text
        log = admin.client.get("/admin/audit?action=limit.adjusted").text
        assert "Limit followed the forecast" in log and "1,000 → 1,100" in log
