"""Whether the kernel below the container engine can send a pod's traffic to a proxy in it."""

from __future__ import annotations

from meshlab.cluster.images.pins import load_pins
from meshlab.cluster.programs import containers
from meshlab.cluster.programs.containers import docker
from meshlab.cluster.programs.ephemeral import passing

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
    how = ("--network", "none", "--cap-add", "NET_ADMIN", "--entrypoint", "sh", image, "-c", script)
    async with passing("redirect") as begun:
        return (await docker(*begun, *how, deadline=WITHIN, check=False)).code == 0
