"""What goes wrong from outside: kills, stops, restarts; by a seeded schedule, and only to processes of this run."""
import asyncio
import collections
import random
import signal
import time

from processes import is_alive, signal_quietly
from watch import LEASE

# Seconds between two of each, on average.
PACES = {"kill": 2.3, "stop": 15, "long stop": 300, "reload nginx": 40, "restart nginx": 75, "renew": 90, "kill supervisor": 150}
# A worker that ends earlier several times in a row is started again with growing pauses; most victims are older.
EARLY = 10
YOUNG_VICTIMS = 0.08


class Havoc:
    """- fewest_seconds: how long most victims of a kill have lived."""

    def __init__(self, seed, processes, journal, paces=PACES, fewest_seconds=EARLY):
        self.seed, self.processes, self.journal, self.paces = seed, processes, journal, paces
        self.fewest_seconds = fewest_seconds
        # (time, what, worker), as they happened.
        self.deeds = []
        self.stopped = set()
        self.is_over = asyncio.Event()
        # The supervisor and nginx are not begun anew by two at once.
        self.turn = asyncio.Lock()

    def kills(self):
        return self.counts()["kill"]

    def counts(self):
        return collections.Counter(what for _, what, _ in self.deeds)

    def begin(self):
        deeds = {
            "kill": self.kill, "stop": self.stop, "long stop": self.stop_for_long, "reload nginx": self.reload_nginx,
            "restart nginx": self.restart_nginx, "renew": self.renew, "kill supervisor": self.kill_supervisor}
        self.tasks = [asyncio.create_task(self.keep_doing(what, deeds[what])) for what in self.paces]

    async def end(self):
        self.is_over.set()
        await asyncio.gather(*self.tasks)

    async def keep_doing(self, what, deed):
        chance = random.Random(f"{self.seed}/{what}")
        await self.rest(self.paces[what] * chance.uniform(0.1, 1))
        while not self.is_over.is_set():
            await deed(chance)
            await self.rest(self.paces[what] * chance.uniform(0.6, 1.4))

    async def rest(self, seconds):
        try:
            await asyncio.wait_for(self.is_over.wait(), seconds)
        except asyncio.TimeoutError:
            pass

    def note(self, what, worker=0):
        self.deeds.append((time.time(), what, worker))
        self.journal.write(deed=what, worker=worker)

    # To workers.

    async def victim(self, chance, fewest_seconds):
        while not self.is_over.is_set():
            workers = [
                pid for pid in self.processes.workers()
                if pid not in self.stopped and self.processes.age(pid) >= fewest_seconds and is_alive(pid)]
            if workers and self.processes.is_supervised():
                return chance.choice(sorted(workers))
            await asyncio.sleep(0.1)
        return None

    async def kill(self, chance):
        worker = await self.victim(chance, 0.5 if chance.random() < YOUNG_VICTIMS else self.fewest_seconds)
        if worker is None:
            return
        self.kill_now(worker)

    def kill_now(self, worker):
        signal_quietly(worker, signal.SIGKILL)
        self.note("kill", worker)

    async def stop(self, chance):
        await self.hold_still(chance, chance.uniform(1, 6), "stop")

    async def stop_for_long(self, chance):
        await self.hold_still(chance, LEASE + 25, "long stop")

    async def hold_still(self, chance, seconds, what):
        worker = await self.victim(chance, 2)
        if worker is None or not signal_quietly(worker, signal.SIGSTOP):
            return
        self.stopped.add(worker)
        self.note(what, worker)
        await self.rest(seconds)
        if is_alive(worker):
            signal_quietly(worker, signal.SIGCONT)
            self.note("go on", worker)
        self.stopped.discard(worker)

    # To the others.

    async def reload_nginx(self, _):
        async with self.turn:
            self.processes.nginx.send_signal(signal.SIGHUP)
            self.note("reload nginx")

    async def restart_nginx(self, _):
        async with self.turn:
            self.note("restart nginx")
            self.processes.nginx.terminate()
            await self.ended(self.processes.nginx)
            self.processes.begin_nginx()
            # A signal that comes before it handles signals would end it.
            await asyncio.to_thread(self.processes.await_port)
            self.note("nginx is back")

    async def renew(self, _):
        async with self.turn:
            if self.processes.is_supervised():
                self.processes.supervisor.send_signal(signal.SIGHUP)
                self.note("renew")

    async def kill_supervisor(self, _):
        """And begins another, as systemd would, until one stays: as long as an old worker listens, none can. Workers that are
        stopped cannot end by themselves; systemd kills what is left.
        """
        async with self.turn:
            self.processes.workers()
            self.processes.supervisor.kill()
            self.note("kill supervisor")
            await self.ended(self.processes.supervisor)
            for worker in list(self.stopped):
                self.kill_now(worker)
            await self.supervise()

    async def supervise(self):
        while True:
            self.processes.begin_supervisor()
            end = time.monotonic() + 60
            while time.monotonic() < end and self.processes.is_supervised():
                if self.processes.workers():
                    return
                await asyncio.sleep(0.02)
            await asyncio.sleep(0.1)

    @staticmethod
    async def ended(program):
        while program.poll() is None:
            await asyncio.sleep(0.01)
