"""What the parts of one running container share."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from shop.counters import Counters
from shop.fault import RuntimeFault
from shop.settings import Settings


@dataclass
class State:
    settings: Settings
    counters: Counters = field(default_factory=Counters)
    fault: RuntimeFault = field(default_factory=RuntimeFault)
    started: float = field(default_factory=time.time)
    draining: bool = False
    waiting_for: str | None = None

    def origin(self) -> dict[str, str]:
        s = self.settings
        return {"service": s.service, "version": s.version, "pod": s.pod, "node": s.node, "namespace": s.namespace}

    def info(self) -> dict[str, Any]:
        s = self.settings
        return {
            **self.origin(),
            "role": s.role,
            "color": s.color,
            "cluster": s.cluster,
            "zone": s.zone,
            "started": round(self.started, 3),
            "image_content": s.image_content or None,
        }
