"""How soon a killed worker's place serves again, and what a kill cost those who asked: from the log and the clients' journal."""
import contextlib
import dataclasses
import datetime
import json
import math
import signal
import statistics

from havoc import EARLY


@dataclasses.dataclass
class Life:
    """Of a worker. In an hour of kills process ids come again."""

    pid: int
    place: str
    serves: float
    answers: float | None = None


def lives(path):
    """When each worker began to serve, and when it answered first; in their order."""
    all_lives, latest = [], {}
    for said in entries(path):
        moment = datetime.datetime.fromisoformat(said["time"]).timestamp()
        if said["message"] == "A worker serves":
            pid = int(said["fields"]["pid"])
            latest[pid] = life = Life(pid, said["fields"]["place"], moment)
            all_lives.append(life)
        elif said["message"] == "Answered a request" and (life := latest.get(said["pid"])) and life.answers is None:
            life.answers = moment
    return sorted(all_lives, key=lambda life: life.serves)


def killed_at_their_end(path):
    """The workers that a supervisor killed, because they had been asked to end and took too long: on a busy machine,
    the store may keep one. Who was killed by anybody else is there as an error.
    """
    return {
        int(said["fields"]["pid"]) for said in entries(path)
        if said["message"] == "A worker ended" and said["level"] == "info" and said["fields"]["status"] == str(int(signal.SIGKILL))}


def entries(path):
    """Whoever is killed while it writes leaves half a line, and the next one's behind it: those are passed over."""
    with open(path, errors="replace") as log:
        for line in log:
            with contextlib.suppress(json.JSONDecodeError):
                if isinstance(said := json.loads(line), dict):
                    yield said


def recoveries(log, kills):
    """Seconds from each kill of a worker to the first answer of the next in its place, first of those that had served for
    a while, then of those that may have made their places rest before the next start.

    Who was killed before it served, or after a renewal had given its place to another, left no place empty.
    """
    late, early = [], []
    generations = lives(log)
    for moment, worker in kills:
        before = [life for life in generations if life.serves <= moment]
        victim = next((life for life in reversed(before) if life.pid == worker), None)
        if victim is None or any(life.place == victim.place and life.serves > victim.serves for life in before):
            continue
        heir = next((life for life in generations if life.place == victim.place and life.serves > moment), None)
        if heir and heir.answers:
            (late if moment - victim.serves >= EARLY else early).append(heir.answers - moment)
    return sorted(late), sorted(early)


def new_supervisors(log, kills):
    """Seconds from each kill of a supervisor until a worker of the next one serves."""
    serving = [life.serves for life in lives(log)]
    successors = [next((when for when in serving if when > moment), None) for moment in kills]
    return sorted(when - moment for when, moment in zip(successors, kills) if when)


def noted(silent, kills):
    """How long before it was killed a worker had last noted how far its replies were."""
    ends = ((hold, next((at for at, worker in kills if worker == hold.worker and at >= hold.noted), None)) for hold in silent.values())
    gaps = sorted(at - hold.noted for hold, at in ends if at)
    if not gaps:
        return "killed workers had no reply under way"
    return f"the last note of {len(gaps):,} replies was {statistics.median(gaps):.2f} s old (median), {gaps[-1]:.2f} s at most"


def in_words(took, what):
    if not took:
        return f"killed {what}: none"
    most = took[math.ceil(0.95 * len(took)) - 1]
    return (
        f"killed {what}: {len(took)} places served again after {statistics.median(took):.2f} s (median), {most:.2f} s (95 %), "
        f"{took[-1]:.2f} s (longest)")
