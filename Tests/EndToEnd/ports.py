"""Ports for programs that bind them some time after they were chosen."""
import errno
import itertools
import os
import socket

# Below those that the kernel gives to whoever asks for none in particular (ip_local_port_range: from 32768 on), so that
# no connection takes one meanwhile. Each process of a run of tests has a stretch of its own.
FIRST, STRETCH, STRETCHES = 20_000, 1_000, 12
# Other runs on the same machine begin elsewhere.
turns = itertools.count(os.getpid() * 7)


def free_port():
    """One that nobody listens on, and that this process has not given away before, as long as there are others."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw-1").removeprefix("gw")) + 1
    first = FIRST + worker % STRETCHES * STRETCH
    return next(port for turn in itertools.islice(turns, STRETCH) if is_free(port := first + turn % STRETCH))


def is_free(port):
    """On both loopbacks, as nginx listens on both where there are both."""
    return all(is_free_on(*loopback, port) for loopback in [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])


def is_free_on(family, address, port):
    try:
        with socket.socket(family) as probe:
            probe.bind((address, port))
    except OSError as error:
        return error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
    return True
