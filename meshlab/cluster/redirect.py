"""Whether the kernel below the container engine can send a pod's traffic to a proxy in it."""

from __future__ import annotations

import secrets

from meshlab.cluster import containers
from meshlab.cluster.cleanup import to_the_end
from meshlab.cluster.containers import PASSING_LABEL, docker
from meshlab.cluster.pins import load_pins

RULES = (
    "-m owner --uid-owner 1337 -j RETURN",
    "-p tcp --dport 8080 -j REDIRECT --to-ports 15001",
)
"""One for each of what images/netinit uses: the owner match and the REDIRECT target, both in the nat table."""
WITHIN = 20.0


async def redirects() -> bool | None:
    """Tried in a container that has a network of its own, of the node image. None: that image is not there yet. EngineError."""
    image = load_pins().image("node").ref
    if image not in await containers.image_ids([image]):
        return None
    script = " && ".join(f"iptables -w -t nat -A OUTPUT {rule}" for rule in RULES)
    name = f"meshlab-redirect-{secrets.token_hex(4)}"
    argv = ["run", "--rm", "--name", name, "--label", f"{PASSING_LABEL}=1", "--network", "none", "--cap-add", "NET_ADMIN"]
    argv += ["--entrypoint", "sh", image, "-c", script]
    try:
        done = await docker(*argv, deadline=WITHIN, check=False)
    except BaseException:
        # The engine keeps a container that was made and not started yet, `--rm` or not.
        await to_the_end(_gone(name))
        raise
    return done.code == 0


async def _gone(name: str) -> None:
    await docker("rm", "-f", "-v", name, check=False)
