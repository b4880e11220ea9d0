"""For packaging/image-test, in a network of its own: `up` switches the loopback on; `names FILE` answers every question for a name with
127.0.0.1, and makes FILE once it listens."""

import fcntl
import pathlib
import socket
import struct
import sys

SIOCSIFFLAGS, IFF_UP = 0x8914, 0x1
TYPE_A, CLASS_IN = 1, 1


def up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))


def answer(question: bytes) -> bytes:
    """RFC 1035: the question, and for an address of the fourth version one record that points back to its name."""
    end = question.index(0, 12) + 5
    kind = int.from_bytes(question[end - 4 : end - 2])
    record = struct.pack(">HHHIH4s", 0xC00C, TYPE_A, CLASS_IN, 60, 4, socket.inet_aton("127.0.0.1"))
    records = record if kind == TYPE_A else b""
    return question[:2] + struct.pack(">HHHHH", 0x8180, 1, bool(records), 0, 0) + question[12:end] + records


def names(ready: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as resolver:
        resolver.bind(("127.0.0.1", 53))
        pathlib.Path(ready).touch()
        while True:
            question, asker = resolver.recvfrom(512)
            resolver.sendto(answer(question), asker)


{"up": up, "names": names}[sys.argv[1]](*sys.argv[2:])
