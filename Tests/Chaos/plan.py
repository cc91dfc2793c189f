"""What each client asks and how it reads the answer, decided by the seed alone."""
import dataclasses
import random

WORDS = "the water of a canal stands behind gates until somebody opens one and lets as much through as a field needs".split()

# (weight, fewest, most) tokens of a reply: mostly short, as a long run needs many, and some that a kill surely hits.
LENGTHS = [(85, 10, 60), (12, 100, 300), (3, 500, 900)]

# What an upstream does, by the name of the model, and how often.
MODELS = {
    "told": 70, "cut": 3, "reset": 3, "garbage": 2, "error": 3, "no-usage": 2, "no-done": 2, "busy": 1, "broken": 1,
    "breaker": 13,
}
SCRIPTS = {
    "told": "as-told", "cut": "as-told+cut-after-7", "reset": "as-told+reset-after-9", "garbage": "as-told+garbage-after-6",
    "error": "as-told+error-after-8", "no-usage": "as-told+no-usage", "no-done": "as-told+no-done", "busy": "error-429",
    "broken": "error-500", "breaker": "as-told",
}
# These end the reply after so many tokens, all of which reach the worker.
CUT_EXACTLY = {"cut": 7, "garbage": 6, "error": 8}

# How a client reads: to the end; or it leaves before the status, or after some events.
READINGS = {"whole": 84, "before": 4, "during": 12}


@dataclasses.dataclass
class Ask:
    number: int
    client: int
    """By a form of the chat page, else over the API."""
    is_page: bool
    is_stream: bool
    model: str
    tokens: int
    max_tokens: int | None
    prompt: str
    reading: str
    """After how many events, or seconds before the status, the client leaves."""
    leaves_after: float
    """Whether a form is sent twice in the same moment."""
    is_doubled: bool
    pause: float

    @property
    def tag(self):
        return f"ask-{self.number}"


class Plan:
    """The asks of one client, one after the other."""

    def __init__(self, seed, client, is_page):
        self.chance = random.Random(f"{seed}/{client}")
        self.client, self.is_page, self.count = client, is_page, 0

    def next(self):
        chance = self.chance
        self.count += 1
        _, fewest, most = chance.choices(LENGTHS, [weight for weight, _, _ in LENGTHS])[0]
        tokens = chance.randint(fewest, most)
        reading = pick(chance, READINGS)
        words = " ".join(chance.choices(WORDS, k=chance.randint(3, 60)))
        return Ask(
            number=self.count * 1000 + self.client, client=self.client, is_page=self.is_page,
            is_stream=chance.random() < 0.7, model=pick(chance, MODELS), tokens=tokens,
            max_tokens=chance.choice([None, None, None, tokens + 5, max(1, tokens // 2)]),
            prompt=f"{words}: {tokens}", reading=reading,
            leaves_after=chance.uniform(0, 0.05) if reading == "before" else chance.randint(1, 40),
            is_doubled=chance.random() < 0.1, pause=chance.uniform(0, 0.1))


def pick(chance, weights):
    return chance.choices(list(weights), list(weights.values()))[0]
