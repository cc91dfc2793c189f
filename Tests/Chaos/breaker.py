"""Stands between the workers and the stand-in, and breaks what it is told to: half of the replies that go through it."""
import asyncio
import dataclasses
import random
import re
import socket
import struct

# How often what happens to a call: `pass` is as if nobody stood there.
FAULTS = {"pass": 50, "refuse": 6, "unanswered": 6, "cut": 14, "reset": 14, "stall": 10}
# An event with a piece of the reply; the first event's piece is empty.
PIECE = re.compile(rb'"content":"(?!")')


@dataclasses.dataclass
class Passed:
    """One call on its way through."""

    fault: str
    """Whether anything of an answer went on to the worker."""
    is_answered: bool = False
    """Pieces of the reply in the events that were passed on completely."""
    pieces: int = 0


class Breaker:
    def __init__(self, seed, upstream_port):
        self.chance = random.Random(f"{seed}/breaker")
        self.upstream_port = upstream_port
        # By request id.
        self.calls = {}
        self.server = self.port = None
        self.open = set()

    async def begin(self):
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        self.port = self.server.sockets[0].getsockname()[1]

    async def end(self):
        self.server.close()
        for task in self.open:
            task.cancel()
        await asyncio.gather(*self.open, return_exceptions=True)

    async def serve(self, reader, writer):
        """One call for each connection."""
        task = asyncio.current_task()
        self.open.add(task)
        try:
            call = await self.read_call(reader)
            if call:
                await self.relay(call, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            self.open.discard(task)

    async def read_call(self, reader):
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return None
        length = re.search(rb"(?i)content-length: *(\d+)", head)
        body = await reader.readexactly(int(length[1])) if length else b""
        identity = re.search(rb"(?i)x-request-id: *(\S+)", head)
        return (identity[1].decode() if identity else ""), head, body

    async def relay(self, call, writer):
        identity, head, body = call
        passed = self.calls[identity] = Passed(self.chance.choices(list(FAULTS), list(FAULTS.values()))[0])
        if passed.fault == "refuse":
            return
        upstream_reader, upstream = await asyncio.open_connection("127.0.0.1", self.upstream_port)
        try:
            upstream.write(head[:-2] + b"connection: close\r\n\r\n" + body)
            if passed.fault == "unanswered":
                await upstream_reader.read(1)
                return
            await self.pass_on(upstream_reader, writer, passed)
        finally:
            upstream.close()

    async def pass_on(self, reader, writer, passed):
        """Until the upstream ends, the worker leaves, or the fault's moment has come."""
        events_until_fault = self.chance.randint(0, 40) if passed.fault != "pass" else None
        seen = b""
        while part := await reader.read(1 << 16):
            if writer.is_closing():
                return
            writer.write(part)
            await writer.drain()
            passed.is_answered = True
            seen += part
            passed.pieces = len(PIECE.findall(seen[:seen.rfind(b"\n\n") + 2]))
            if events_until_fault is not None and seen.count(b"\n\n") >= events_until_fault:
                events_until_fault = None
                if passed.fault == "stall":
                    await asyncio.sleep(self.chance.uniform(0.5, 3))
                else:
                    return end(writer, passed.fault)


def end(writer, fault):
    if fault == "reset":
        # Closed with a linger of nothing, a connection ends with a reset.
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
    else:
        writer.close()
