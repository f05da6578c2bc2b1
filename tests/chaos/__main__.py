"""Kill meshlab with SIGKILL at random moments of every kind of work, and see that nothing is lost and nothing left.

After each kill: none of its processes lives, no temporary file is left, no line of progress is gone, and `status --format
json` still has all that it had before. After each kind of work `start` leads to a lab that works, and at the end `clean`
gives the engine back as it was. Prints one JSON line a kill and a summary. Linux only: it looks into /proc.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from pathlib import Path

from tests.chaos.rounds import Rounds
from tests.chaos.works import NAMES
from tests.cluster.machine import take


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=3, help="of each kind of work")
    parser.add_argument("--only", nargs="*", default=NAMES, choices=NAMES, help="some kinds of work")
    chosen = parser.parse_args()
    before = take()
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        rounds = Rounds(random.Random(chosen.seed), Path(folder), chosen.kills)
        for name in [name for name in NAMES if name in chosen.only]:
            rounds.work(name)
        rounds.leave()
    after = take()
    for name, there in before.items():
        rounds.expect(after[name] == there, f"at the end {name} differ: {there} → {after[name]}")
    print(json.dumps({"seed": chosen.seed, "kills": rounds.kills, "problems": rounds.problems}))
    return 1 if rounds.problems else 0


if __name__ == "__main__":
    sys.exit(main())
