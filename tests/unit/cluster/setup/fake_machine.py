"""A machine of its own: a PATH with chosen programs only, a home folder, and a container engine: a script and a socket."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.unit.cluster.engine_socket import EngineSocket

REAL = ("bash", "cat", "chmod", "cp", "dirname", "env", "mkdir", "mv", "rm", "sed", "sh", "sleep", "tr")
"""What scripts may use; all else has to be put there."""

DOCKER = """#!/bin/sh
root='{root}'
echo "$*" >>"$root/asked"
file() {{ echo "$root/images/$(echo "$1" | tr '/:@' '___')"; }}
have() {{ # have REF ID DIGESTS
  printf '{{"Id":"%s","RepoTags":["%s"],"RepoDigests":[%s],"Config":{{"Labels":null}}}}\\n' "$2" "$1" "$3" >"$(file "$1")"
}}
case "$1" in
  pull) . "$root/pull" ;;
  load) while read -r ref; do have "$ref" "sha256:loaded-$ref" ''; done ;;
esac
"""
PULLS = """echo "1: Pulling from $2"; have "$2" "sha256:pulled-$2" "\\"$2@sha256:0\\"" """
REFUSES = "echo 'lookup registry: no such host' >&2; exit 1"
SILENT = "sleep 60"


class MachineEngine(EngineSocket):
    """The API of the same engine: it has the images that its program and scripts put there."""

    def __init__(self, machine: Machine) -> None:
        super().__init__()
        self._machine = machine
        self.info["ServerVersion"] = "99.1"

    def answer(self, method: str, target: str) -> tuple[int, Any]:
        files = [json.loads(file.read_text()) for file in (self._machine.root / "images").iterdir()]
        self.images = {image["RepoTags"][0]: image for image in files}
        before = set(self.images)
        answer = super().answer(method, target)
        for ref in set(self.images) - before:
            self._machine.keep(ref, self.images[ref])
        return answer


@dataclass(frozen=True)
class Machine:
    """Programs, a home, and what the engine was asked."""

    root: Path

    @property
    def path(self) -> Path:
        return self.root / "bin"

    def prepare(self) -> None:
        for folder in ("bin", "home", "images"):
            (self.root / folder).mkdir()
        for name in REAL:
            (self.path / name).symlink_to(shutil.which(name) or name)

    def program(self, name: str, script: str) -> Path:
        file = self.path / name
        file.write_text(script if script.startswith("#!") else f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)
        return file

    def engine(self, *, pull: str = REFUSES) -> None:
        """The program of the engine, which pulls like this."""
        (self.root / "pull").write_text(pull)
        self.program("docker", DOCKER.format(root=self.root))

    def image(self, ref: str, ident: str, *, digests: list[str] | None = None, labels: dict[str, str] | None = None) -> None:
        """An image that the engine has."""
        self.keep(ref, {"Id": ident, "RepoDigests": digests or [], "Config": {"Labels": labels}})

    def keep(self, ref: str, image: dict[str, Any]) -> None:
        """An image under that name, as the engine's program keeps it."""
        name = ref.translate(str.maketrans("/:@", "___"))
        (self.root / "images" / name).write_text(json.dumps(image | {"RepoTags": [ref]}) + "\n")

    def asked(self, word: str) -> list[str]:
        """What the engine's program was asked with that first word."""
        file = self.root / "asked"
        lines = file.read_text().splitlines() if file.exists() else []
        return [line for line in lines if line.split()[0] == word]

    def bundle(self, *refs: str) -> Path:
        """A bundle whose archive holds these images; `zstd` is a program that just reads."""
        folder = self.root / "bundle"
        folder.mkdir()
        (folder / "node.tar.zst").write_text("".join(f"{ref}\n" for ref in refs))
        self.program("zstd", 'cat "$3"')
        return folder

    def scripts(self, **files: str) -> Path:
        """An images folder whose scripts are these: `node__binaries` is node/binaries.sh."""
        folder = self.root / "sources"
        for name, script in files.items():
            file = folder / f"{name.replace('__', '/')}.sh"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(script)
        return folder
