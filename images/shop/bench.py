"""Measures the shop's image in the container engine: one hop's time and one pod's memory. Prints JSON.

    python3 images/shop/bench.py --image meshlab/shop:dev

Two services on a network of their own; the first calls the second. Rounds are interleaved with a control, a bare TCP
echo between the same two containers, so that a busy machine is seen as such and not taken for a slow shop.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import uuid
from typing import Any

NAME = f"shop-bench-{uuid.uuid4().hex[:6]}"
ECHO = """
import asyncio
async def serve(reader, writer):
    while data := await reader.read(65536):
        writer.write(data)
async def main():
    await (await asyncio.start_server(serve, "0.0.0.0", 7000)).serve_forever()
asyncio.run(main())
"""
ECHO_CALLER = """
import asyncio, json, sys, time
async def main():
    reader, writer = await asyncio.open_connection("callee", 7000)
    times = []
    for _ in range(int(sys.argv[1])):
        begun = time.perf_counter()
        writer.write(b"x" * 400)
        await reader.readexactly(400)
        times.append((time.perf_counter() - begun) * 1000)
        await asyncio.sleep(1 / float(sys.argv[2]))
    print(json.dumps(times))
asyncio.run(main())
"""
CALL = """
import sys, urllib.request
request = urllib.request.Request("http://127.0.0.1:8081" + sys.argv[1], data=sys.argv[2].encode() or None)
sys.stdout.buffer.write(urllib.request.urlopen(request).read())
"""
WAIT = """
import time, urllib.request
for _ in range(200):
    try:
        urllib.request.urlopen("http://127.0.0.1:8081/readyz"); break
    except OSError:
        time.sleep(0.05)
else:
    raise SystemExit("the shop did not become ready")
"""


def docker(*words: str) -> str:
    return subprocess.run(["docker", *words], check=True, capture_output=True, text=True).stdout.strip()


def python(container: str, code: str, *arguments: str) -> str:
    return docker("exec", container, "python3", "-c", code, *arguments)


def start(image: str, alias: str, *words: str, command: tuple[str, ...] = ()) -> str:
    name = f"{NAME}-{alias}"
    docker("run", "-d", "--name", name, "--network", NAME, "--network-alias", alias, "--read-only", *words, image, *command)
    python(name, WAIT)
    return name


def call(container: str, **spec: Any) -> list[float]:
    body = json.loads(python(container, CALL, "/call", json.dumps({"tree": False, **spec})))
    failed = [result for result in body["results"] if result["error"]]
    if failed:
        raise SystemExit(f"a call failed: {failed[0]}")
    return [result["ms"] for result in body["results"]]


def summary(times: list[float]) -> dict[str, float]:
    times = sorted(times)
    at = {f"p{q}": round(times[min(len(times) - 1, len(times) * q // 100)], 3) for q in (50, 90, 99)}
    return {**at, "n": len(times)}


def memory(container: str) -> dict[str, float]:
    """MiB: the resident set of the process (shared libraries included), its highest so far, and the container's use."""
    status = docker("exec", container, "cat", "/proc/1/status")
    fields = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    found = {name: round(int(fields[name].split()[0]) / 1024, 1) for name in ("VmRSS", "VmHWM")}
    used = docker("stats", "--no-stream", "--format", "{{.MemUsage}}", container).split("/")[0].strip()
    return {**found, "container": float(used.removesuffix("MiB"))}


def hops(caller: str, rounds: int, seconds: int, rate: int) -> dict[str, Any]:
    times: dict[str, list[float]] = {name: [] for name in ("echo", "keepalive", "new_connection", "legacy")}
    n = rate * seconds
    leaf = {"headers": {"x-meshlab-depth": "0"}, "n": n, "rate": rate}
    for _ in range(rounds):
        times["echo"] += json.loads(python(caller, ECHO_CALLER, str(n), str(rate)))
        times["keepalive"] += call(caller, url="http://callee:8080/", keepalive=True, **leaf)
        times["new_connection"] += call(caller, url="http://callee:8080/", **leaf)
        times["legacy"] += call(caller, url="http://legacy:8080/", keepalive=True, **leaf)
    return {name: summary(values) for name, values in times.items()}


def tree(caller: str) -> dict[str, float]:
    """A whole tree: caller to callee, and legacy beside it, which calls callee."""
    return summary(call(caller, url="http://127.0.0.1:8080/", n=200, rate=20, keepalive=True))


def pods(caller: str, callee: str, legacy: str) -> dict[str, Any]:
    """After start and the hops; then with all nonces that are kept and the largest answer of /call."""
    quiet = {"caller": memory(caller), "callee": memory(callee), "legacy": memory(legacy)}
    for part in range(7):
        call(caller, url="http://callee:8080/", n=5000, keepalive=True, concurrency=8, nonce=f"bench-{part}", nonce_each=True)
    python(caller, CALL, "/call", json.dumps({"url": "http://callee:8080/", "n": 5000, "keepalive": True}))
    return {"quiet": quiet, "worst": {"caller": memory(caller), "callee": memory(callee)}}


def measure(options: argparse.Namespace) -> dict[str, Any]:
    callee = start(options.image, "callee", "-e", "SERVICE=callee")
    docker("exec", "-d", callee, "python3", "-c", ECHO)
    legacy = start(
        options.image,
        "legacy",
        *("-e", "UPSTREAMS=callee=http://callee:8080"),
        command=("perl", "/opt/shop/legacy.pl"),
    )
    below = "UPSTREAMS=callee=http://callee:8080,legacy=http://legacy:8080"
    caller = start(options.image, "caller", "-e", "SERVICE=caller", "-e", below)
    load = os.getloadavg()[0]
    return {
        "image": options.image,
        "image_id": docker("image", "inspect", "--format", "{{.Id}}", options.image),
        "engine": docker("version", "--format", "{{.Server.Version}}"),
        "python": docker("exec", caller, "python3", "-V").split()[1],
        "machine": {"cpus": os.cpu_count(), "arch": platform.machine(), "load_before": round(load, 2)},
        "rate_per_second": options.rate,
        "hop_ms": hops(caller, options.rounds, options.seconds, options.rate),
        "tree_ms": tree(caller),
        "memory_mib": pods(caller, callee, legacy),
        "budget": {"hop_keepalive_p50_ms": 1.0, "pod_mib": 40},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--image", default="meshlab/shop:dev")
    parser.add_argument("--rate", type=int, default=50, help="requests a second")
    parser.add_argument("--seconds", type=int, default=5, help="of each kind in each round")
    parser.add_argument("--rounds", type=int, default=4)
    options = parser.parse_args()
    docker("network", "create", NAME)
    try:
        print(json.dumps(measure(options), indent=2))
    finally:
        names = docker("ps", "-aq", "--filter", f"name={NAME}-").split()
        if names:
            docker("rm", "-f", *names)
        docker("network", "rm", NAME)


if __name__ == "__main__":
    main()
