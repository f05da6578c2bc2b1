"""One small drawing for each stage of the road: where the proxies stand. `◆` is a proxy."""

from __future__ import annotations

from meshlab.tui.lab.topology.model import Row

DRAWINGS: dict[str, str] = {
    "0": """
╭──────────╮     ╭──────────╮     ╭──────────╮
│ web      ├────▶│ catalog  ├────▶│ pricing  │
│  +library│     │  +library│     │  +library│
╰──────────╯     ╰──────────╯     ╰──────────╯
""",
    "1": """
              ╭─────────╮     ╭──────────╮
 client ──◆──▶│   web   ├────▶│ catalog  │
         edge ╰─────────╯     ╰──────────╯
""",
    "2": """
╭─────────╮                    ╭─────────╮
│   web   ├──╮              ╭─▶│ catalog │
╰─────────╯  │              │  ╰─────────╯
             ├─▶ ◆ router ──┤
╭─────────╮  │              │  ╭─────────╮
│ catalog ├──╯              ╰─▶│ reviews │
╰─────────╯                    ╰─────────╯
""",
    "3": """
┌─ node A ────────────┐   ┌─ node B ────────────┐
│ ╭─────╮             │   │         ╭─────────╮ │
│ │ web ├───────▶◆────┼───┼──▶◆────▶│ catalog │ │
│ ╰─────╯             │   │         ╰─────────╯ │
└─────────────────────┘   └─────────────────────┘
""",
    "4": """
┌─ pod ────────┐     ┌─ pod ────────────┐
│ web ──▶ ◆ ───┼────▶│ ──▶ ◆ ──▶ catalog│
└─────────┬────┘     └─────┬────────────┘
        file 1           file 2
""",
    "5": """
          ╭───────────────╮
          │ control plane │
          ╰┬─────────────┬╯
           ▼             ▼
┌─ pod ─────────┐   ┌─ pod ─────────────┐
│ web ───▶ ◆ ───┼──▶│ ───▶ ◆ ──▶ catalog│
└───────────────┘   └───────────────────┘
""",
    "6": """
┌─ cluster east ────┐     ┌─ cluster west ──┐
│ web ─▶ ◆ ─────────┼────▶│ ◆ ─▶ catalog    │
│        ╰▶ catalog │     │ ▲               │
└───────────────────┘     └─┼───────────────┘
                            ╰─ ◆ machine
""",
    "7": """
┌─ node ────────────┐   ┌─ node ───────────────┐
│ web ──▶ ◆ ════════╪═══╪══▶ ◆ ──▶ catalog     │
│      identity     │   │ identity             │
└───────────────────┘   └──────────────────────┘
""",
    "adoption": """
 stage 0 ──▶ 1 ──▶ 2 ──▶ 3 ──▶ 4 ──▶ 5
   •••••••••••• requests •••••••••••• 0 failed
""",
}


def picture(stage: str) -> list[Row]:
    """The drawing with its proxies set off; nothing for a stage without one."""
    return [_row(line) for line in DRAWINGS.get(stage, "").strip("\n").splitlines()]


def _row(line: str) -> Row:
    row: Row = []
    for index, part in enumerate(line.split("◆")):
        row += ([("◆", "proxy")] if index else []) + ([(part, "")] if part else [])
    return row
