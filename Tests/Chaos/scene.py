"""Who asks, over which limits: people of four tiers, their keys, and models that break."""
import dataclasses
import datetime
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "EndToEnd"))
from forms import form_fields  # noqa: E402
from house import Admin, House  # noqa: E402

from plan import SCRIPTS  # noqa: E402

# Who the clients are, as shares of them: most have room, others live at their limits.
SHARES = {"wide": 0.6, "minute": 0.1, "bucket": 0.1, "few": 0.08, "page": 0.12}
# As `sluice limits import` takes it. The tiers beside `wide` are often full, so that every answer is fought for.
LIMITS = """\
organization:
  monthly_budget: 1000000000
  daily_cap: 900000000
  limits:
    - {meter: concurrent, amount: 2000}
users:
  tier_wide: {daily_limit: 800000000}
  tier_minute:
    limits:
      - {meter: tokens, window: minute, amount: 2500}
      - {meter: requests, window: minute, amount: 40}
  tier_bucket:
    limits:
      - {meter: tokens, window: bucket, amount: 3000, refill_per_second: 40}
  tier_few:
    limits:
      - {meter: concurrent, amount: 3}
      - {meter: completion_tokens, window: hour, amount: 60000}
alerts:
  - {threshold: 1.0, action: block}
"""


class Scene:
    """Everybody and everything, made as an admin makes it."""

    def __init__(self, processes, breaker_port, clients):
        sluice = processes.build / "sluice"
        link = subprocess.run(
            [sluice, "first-admin"], env=processes.environment, capture_output=True, text=True, timeout=60, check=True
        ).stdout.strip()
        self.house = House(processes.address, processes.upstream, processes.data, link, processes.supervisor, sluice)
        self.admin = Admin(self.house)
        self.clients = clients
        for tier in SHARES:
            self.make_tier(tier)
        self.add_upstream(f"http://127.0.0.1:{breaker_port}/v1")
        self.models = {kind: self.make_model(kind) for kind in SCRIPTS}
        self.set_limits()
        self.visitors = self.make_visitors()
        self.give_grant(next(visitor for visitor in self.visitors if visitor.tier == "bucket"))

    def make_tier(self, tier):
        """With a limit that nobody reaches, and with the name that the file of limits has."""
        made = self.admin.make_tier(tokensPerDay=800_000_000, requestsPerMinute="", concurrentRequests="", maxReplyTokens=2000)
        identity = self.house.rows("SELECT id FROM tier WHERE name = ?", made)[0]["id"]
        page = self.admin.client.get(f"/admin/tiers?edit={identity}").text
        filled = {**form_fields(page, f"/admin/tiers/{identity}#form"), "intent": "save", "name": tier}
        assert f"{tier} was changed." in self.admin.client.post(f"/admin/tiers/{identity}", data=filled).text

    def add_upstream(self, address):
        page = self.admin.client.get("/admin/upstreams?edit=new").text
        filled = {**form_fields(page, "/admin/upstreams#form"), "name": "Breaker", "baseURL": address}
        assert "Breaker was added." in self.admin.client.post("/admin/upstreams", data=filled).text

    def make_model(self, kind):
        name = "Breaker" if kind == "breaker" else "Stand-in"
        upstream = self.house.rows("SELECT id FROM upstream WHERE name = ?", name)[0]["id"]
        return self.admin.make_model(f"demo-fault-{SCRIPTS[kind]}", encoding="o200k_base", upstream=upstream)

    def set_limits(self):
        said = subprocess.run(
            [self.house.sluice, "limits", "import", "-"], env=self.house.environment, input=LIMITS, capture_output=True,
            text=True, timeout=60)
        assert said.returncode == 0, said.stderr

    def make_visitors(self):
        """One for each client; up to three of a tier are the same person."""
        tiers = [tier for tier, share in SHARES.items() for _ in range(max(1, round(share * self.clients)))]
        places = [(tiers[number % len(tiers)], number // 3) for number in range(self.clients)]
        people = {place: self.meet(place[0]) for place in dict.fromkeys(places)}
        return [people[place] for place in places]

    def meet(self, tier):
        person = self.house.add_person(tier)
        if tier != "page":
            return Visitor(tier, person.id, key=self.house.key(person.email))
        cookie = "; ".join(f"{name}={value}" for name, value in person.client.cookies.items())
        return Visitor(tier, person.id, cookie=cookie, form=person.question("", model=self.models["told"]))

    def give_grant(self, visitor):
        """More than the limits, used up once."""
        path = f"/admin/people/{visitor.person}"
        page = self.admin.client.get(path).text
        until = (datetime.date.today() + datetime.timedelta(days=2)).isoformat()
        filled = {**form_fields(page, f"{path}/grants#grants"), "amount": "20000", "expiresAt": until, "reason": "a deadline"}
        self.admin.client.post(f"{path}/grants", data=filled)
        assert self.house.rows("SELECT 1 FROM quota_grant"), "no extra was given"


@dataclasses.dataclass
class Visitor:
    """The person behind a client."""

    tier: str
    person: str
    key: str | None = None
    """Of a session, and the filled form of a new chat: for those who ask by the page."""
    cookie: str | None = None
    form: dict | None = None
