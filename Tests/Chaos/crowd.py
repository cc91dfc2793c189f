"""The clients: each asks what its plan says, one request after the other, and writes down what came of it."""
import asyncio
import dataclasses
import json
import secrets
import threading
import time

from client import Answer, Caller
from plan import Ask, Plan


@dataclasses.dataclass
class Asked:
    """What one client asked, and what it saw."""

    ask: Ask
    person: str
    answer: Answer
    """The conversation that a form begins."""
    conversation: str | None = None


class Journal:
    """Everything that happened, a JSON object in each line, so that a failed run can be examined."""

    def __init__(self, path):
        self.file = open(path, "w", buffering=1)
        self.lock = threading.Lock()

    def write(self, **what):
        with self.lock:
            self.file.write(json.dumps({"time": round(time.time(), 3), **what}) + "\n")


class Crowd:
    """- rate: requests in a second, over all clients; None for as many as there can be."""

    def __init__(self, seed, scene, port, journal, rate=None):
        self.seed, self.scene, self.journal, self.rate = seed, scene, journal, rate
        self.caller = Caller(port)
        self.asked = []
        self.is_over = False

    def begin(self):
        self.tasks = [
            asyncio.create_task(self.keep_asking(number, visitor)) for number, visitor in enumerate(self.scene.visitors)]

    async def end(self):
        """When every answer under way has ended."""
        self.is_over = True
        await asyncio.gather(*self.tasks)

    async def keep_asking(self, number, visitor):
        plan = Plan(self.seed, number, is_page=visitor.form is not None)
        pace = len(self.scene.visitors) / self.rate if self.rate else 0
        due = time.monotonic() + pace * number / len(self.scene.visitors)
        while not self.is_over:
            ask = plan.next()
            await asyncio.sleep(max(ask.pause, due - time.monotonic()))
            # Who was late does not hurry afterwards.
            due = max(due, time.monotonic() - pace) + pace
            await self.follow(ask, visitor)

    async def follow(self, ask, visitor):
        if not visitor.form:
            ask_of = dataclasses.replace(ask, model=self.scene.models[ask.model])
            return self.note(Asked(ask, visitor.person, await self.caller.ask(ask_of, visitor.key)))
        submission = secrets.token_hex(16)
        form = {**visitor.form, "text": ask.prompt, "submission": submission, "model": self.scene.models[ask.model]}
        times = 2 if ask.is_doubled else 1
        answers = await asyncio.gather(*(self.caller.submit(ask, form, visitor.cookie) for _ in range(times)))
        for answer in answers:
            self.note(Asked(ask, visitor.person, answer, submission))

    def note(self, asked):
        self.asked.append(asked)
        self.journal.write(
            tag=asked.ask.tag, model=asked.ask.model, person=asked.person, conversation=asked.conversation,
            reading=asked.ask.reading, answer=dataclasses.asdict(asked.answer))
