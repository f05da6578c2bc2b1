"""`meshlab new`: a small lab that lints, in both languages, to be changed into a real one."""

from __future__ import annotations

import re
from pathlib import Path

from meshlab.errors import UsageError
from meshlab.lab.problem import display_path

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def new_lab(folder: Path, lab_id: str) -> Path:
    """Write the lab into `<folder>/<lab_id>` and give that folder. UsageError when it cannot be."""
    if not _ID.fullmatch(lab_id) or len(lab_id) > 60:
        raise UsageError("lab.id", lab=lab_id)
    home = folder / lab_id
    if home.exists():
        raise UsageError("lab.exists", path=display_path(home))
    stage = re.match(r"[0-9]+[a-z]?(?=-|$)", lab_id)
    for name, text in FILES.items():
        file = home / name
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text.replace("STAGE", stage.group() if stage else lab_id.partition("-")[0]), encoding="utf-8")
        except OSError as error:
            raise UsageError("lab.unwritable", file=display_path(file), why=error.strerror or "") from None
    return home


_LAB = """\
# The structure of the lab; all words live in text/<language>/. docs/labs.md explains every key.
schema: 1
stage: "STAGE"
minutes: 10
namespace: shop
clusters: {main: {workers: 1}}
needs: {nodes: 1, memory-mib: 1024}
variables:
  # Drawn from the seat's seed, so neighbours have different answers.
  word: {choice: [amber, cobalt, emerald, ruby]}
steps:
  - id: greet
    minutes: 5
    checks:
      # A goal is red on the untouched lab, for the reason that `fresh` declares.
      - id: greeting-says-it
        fresh: object.mismatch
        object:
          ref: {kind: ConfigMap, name: greeting}
          match: {data: {message: "${word}"}}
      # A guard is green on the untouched lab; a misconception turns it red.
      - id: farewell-untouched
        role: guard
        object:
          ref: {kind: ConfigMap, name: farewell}
          conditions:
            - {query: data, same-as: lab-start, reason: object.changed}
    hints:
      - {id: look-at-it, check: greeting-says-it}
wrong:
  # wrong/other-map/ holds what a learner with this misconception would apply.
  - {id: other-map, step: greet, red: {greeting-says-it: object.mismatch, farewell-untouched: object.changed}}
"""

_START = """\
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: greeting}
data: {message: none}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: farewell}
data: {message: bye}
"""

_SOLVE = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: greeting}
data: {message: "${word}"}
"""

_TEXT_EN = """\
title: A greeting
why: Because every lab starts small.
summary: You change one object and see two checks follow.
steps:
  greet: {title: Greet}
checks:
  greeting-says-it:
    title: The greeting says ${word}
    why: This is the change that the step asks for.
  farewell-untouched:
    title: The farewell is as it was
    why: Only one of the two objects was to change.
hints:
  look-at-it: Show the object with kubectl and compare its message with the word of the page.
debrief:
  greet: One object changed, the other did not. Replace this with what your lab teaches.
"""

_TEXT_ZH = """\
title: 一句问候
why: 因为每个实验都从小处开始。
summary: 你修改一个对象，看到两项检查随之变化。
steps:
  greet: {title: 问候}
checks:
  greeting-says-it:
    title: 问候语是 ${word}
    why: 这正是本步骤要求的修改。
  farewell-untouched:
    title: 告别语保持原样
    why: 两个对象中只应修改一个。
hints:
  look-at-it: 用 kubectl 查看该对象，把其中的内容与页面上给出的词比较。
debrief:
  greet: 一个对象变了，另一个没有变。请把这里换成你的实验所要讲授的内容。
"""

_COMMANDS = """\
```sh
kubectl -n shop get configmap greeting -o yaml
kubectl -n shop patch configmap greeting -p '{"data":{"message":"${word}"}}'
```
"""

_PAGE_EN = f"""\
# Greet

The object `greeting` says nothing yet. Let it say **${{word}}**, and leave `farewell` alone.

{_COMMANDS}
The check turns green as soon as the object has changed.
"""

_PAGE_ZH = f"""\
# 问候

对象 `greeting` 还没有内容。让它说 **${{word}}**，不要改动 `farewell`。

{_COMMANDS}
对象一变化，检查就会变绿。
"""

FILES = {
    "lab.yaml": _LAB,
    "setup/start/10-objects.yaml": _START,
    "solve/01-greet/10-greeting.yaml": _SOLVE,
    "wrong/other-map/10-farewell.yaml": _SOLVE.replace("greeting", "farewell"),
    "text/en/lab.yaml": _TEXT_EN,
    "text/en/01-greet.md": _PAGE_EN,
    "text/zh/lab.yaml": _TEXT_ZH,
    "text/zh/01-greet.md": _PAGE_ZH,
}
"""Path inside the lab's folder to its text; STAGE stands for the stage."""
