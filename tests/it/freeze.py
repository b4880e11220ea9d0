"""Stops threads of a process where they are: freeze.py PID NAME. Those whose names begin with NAME stand still, also those that come
later, until the standard input ends. The first line that it prints says that the first of them stands, or why none can."""

import ctypes
import os
import select
import sys

PTRACE_SEIZE, PTRACE_INTERRUPT = 0x4206, 0x4207

ptrace = ctypes.CDLL(None, use_errno=True).ptrace
ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]


def stop(thread: int) -> None:
    for request in (PTRACE_SEIZE, PTRACE_INTERRUPT):
        if ptrace(request, thread, None, None) != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def main(process: str, name: str) -> None:
    tasks = f"/proc/{process}/task"
    stopped = set()
    while True:
        for thread in os.listdir(tasks):
            with open(f"{tasks}/{thread}/comm") as comm:
                is_meant = comm.read().startswith(name)
            if is_meant and thread not in stopped:
                try:
                    stop(int(thread))
                except OSError as error:
                    sys.exit(print(f"cannot: {error}", flush=True))
                if not stopped:
                    print("frozen", flush=True)
                stopped.add(thread)
        # As soon as nobody holds the other end, this process ends, and with it what it holds.
        if select.select([sys.stdin], [], [], 0.02)[0]:
            return


main(*sys.argv[1:])
