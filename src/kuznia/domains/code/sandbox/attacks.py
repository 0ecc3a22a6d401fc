"""The attacks that a sandbox must withstand, as Python that runs inside it."""

# A child process that holds memory and answers every byte with one; where it died, with none.
HOLD = """
import mmap, os, socket
def hold(size):
    ours, theirs = socket.socketpair()
    if os.fork() == 0:
        ours.close()
        # The kernel picks this one, and not the one that counts.
        open("/proc/self/oom_score_adj", "w").write("1000")
        held = mmap.mmap(-1, size)
        for at in range(0, size, mmap.PAGESIZE):
            held[at] = 1
        while theirs.recv(1):
            theirs.send(b"x")
        os._exit(0)
    theirs.close()
    lives(ours)
    return ours
def lives(child):
    try:
        child.send(b"?")
        return child.recv(1) == b"x"
    except OSError:
        return False
"""
# Tries what must fail, and prints of each whether it did: true only where it failed as it should.
ATTACKS = (
    HOLD
    + """
import ctypes, json, sys, time
MEMORY, DISK = map(int, sys.argv[1:])
def refused(attack):
    try:
        attack()
    except OSError:
        return True
    return False
def fork_much():
    born = 0
    while born < 200:
        if os.fork() == 0:
            time.sleep(5)
            os._exit(0)
        born += 1
def held(children, size):
    # The smallest sum: killing one to make room for another must not count as holding both.
    born = [hold(size) for _ in range(children)]
    return size * sum(map(lives, born))
def written():
    total = 0
    for folder, names, _ in os.walk("/"):
        names[:] = [name for name in names if name not in ("proc", "usr")]
        try:
            with open(folder + "/filling", "wb") as file:
                while total < 1000 * DISK:
                    total += file.write(bytes(65536))
        except OSError:
            pass
    return total
libc = ctypes.CDLL(None, use_errno=True)
print(json.dumps({
    "the network is out of reach": refused(lambda: socket.socket()),
    "no environment is left": len(open("/proc/1/environ").read()) < 32,
    "the host's files are out of sight": not any(map(os.path.exists, ("/etc", "/root", "/home"))),
    "nothing outside can be written": all(
        refused(lambda: open(folder + "/x", "w")) for folder in ("/usr", "/code", "/dev", "")
    ),
    "no namespace of its own": libc.unshare(0x10000000) == -1,
    "no files that are memory": refused(lambda: os.memfd_create("x")),
    "memory is bounded": held(1, 2 * MEMORY) == 0,
    "memory is bounded for all together": held(8, MEMORY // 3) < MEMORY,
    "disk is bounded": written() <= 3 * DISK,
    "processes are counted": refused(fork_much),
}), flush=True)
os._exit(0)
"""
)
