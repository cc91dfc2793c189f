"""How soon a killed worker's place serves again, and what a kill cost those who asked: from the log and the clients' journal."""
import contextlib
import dataclasses
import datetime
import json
import signal
import statistics


@dataclasses.dataclass
class Life:
    """Of a worker. In an hour of kills process ids come again."""

    serves: float
    answers: float | None = None


def lives(path):
    """When each worker began to serve, and when it answered first; in their order."""
    all_lives, latest = [], {}
    for said in entries(path):
        moment = datetime.datetime.fromisoformat(said["time"]).timestamp()
        if said["message"] == "A worker serves":
            latest[int(said["fields"]["pid"])] = life = Life(moment)
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


def recoveries(log, kills, victims):
    """Seconds from the kill of each of the victims to the first answer of the worker that took the place.

    The latest kill chooses first: a worker that is killed while it is renewed has no heir, and would else take that of the
    next one, and that the next one's.
    """
    successors = lives(log)
    took = []
    for moment, worker in reversed(kills):
        heir = next((life for life in successors if life.serves > moment), None)
        if heir is None:
            continue
        successors.remove(heir)
        if worker in victims and heir.answers:
            took.append(heir.answers - moment)
    return sorted(took)


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
    most = took[int(0.95 * (len(took) - 1))]
    return (
        f"killed {what}: {len(took)} places served again after {statistics.median(took):.2f} s (median), {most:.2f} s (95 %), "
        f"{took[-1]:.2f} s (longest)")
