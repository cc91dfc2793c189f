"""How soon a killed worker's place serves again, and what a kill cost those who asked: from the log and the clients' journal."""
import datetime
import json
import statistics

# A worker that is killed while others cannot take over at once may fail what comes until its successor serves.
AFTERMATH = 3


def read_log(path):
    """When each worker began to serve, and when it answered first, by process id."""
    serving, answering = {}, {}
    with open(path, errors="replace") as log:
        for line in log:
            if not line.startswith("{"):
                continue
            said = json.loads(line)
            moment = datetime.datetime.fromisoformat(said["time"]).timestamp()
            if said["message"] == "A worker serves":
                serving.setdefault(int(said["fields"]["pid"]), moment)
            elif said["message"] == "Answered a request":
                answering.setdefault(said["pid"], moment)
    return serving, answering


def recoveries(log, kills, early):
    """Seconds from each kill to the first answer of the worker that took the place.

    `early` are the victims whose place was started again with a pause on purpose; they are left out.
    """
    serving, answering = read_log(log)
    successors = sorted((moment, pid) for pid, moment in serving.items())
    took, taken = [], set()
    for moment, worker in kills:
        heir = next(((when, pid) for when, pid in successors if when > moment and pid not in taken), None)
        if heir is None:
            continue
        taken.add(heir[1])
        if worker not in early and heir[1] in answering:
            took.append(answering[heir[1]] - moment)
    return sorted(took)


def in_words(took):
    if not took:
        return "no worker was killed"
    at = lambda part: took[min(len(took) - 1, int(part * len(took)))]
    return (f"{len(took)} places served again after {statistics.median(took):.2f} s (median), {at(0.95):.2f} s (95 %), "
            f"{took[-1]:.2f} s (longest)")
