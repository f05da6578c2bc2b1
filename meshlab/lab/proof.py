"""proof.json: what `meshlab prove` saw on a real cluster, and whether the files have changed since."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec
from msgspec import Struct, field

import meshlab
from meshlab.errors import LabError
from meshlab.lab.files import content, lab_folder
from meshlab.lab.load import LoadedLab
from meshlab.lab.problem import display_path
from meshlab.lab.rules import walk

LEFT_OUT = frozenset({"proof.json", "site", "__pycache__"})
"""Names that are not hashed, like all hidden ones: this file itself, and what building an image leaves behind."""


class _Part(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Every part of a proof."""


class CheckProof(_Part, frozen=True, kw_only=True):
    """The outcomes of a check."""

    step: str
    kind: str
    role: str
    fresh: str
    """Its outcome on the untouched lab: fail, blocked, pass; empty for a check that only an experiment runs."""
    reason: str = ""
    """The reason on fresh."""
    solved: str = ""
    """Its outcome after the solution."""


class WrongProof(_Part, frozen=True, kw_only=True):
    """What a misconception turned red."""

    step: str
    red: dict[str, str]
    """Check id to reason."""
    blocked: tuple[str, ...] = ()


class Proof(_Part, frozen=True, kw_only=True):
    """All of proof.json."""

    schema: int = 1
    lab: str
    seed: int
    hashes: dict[str, str]
    """File to SHA-256: lab/..., images/<name>/..., check/..."""
    versions: dict[str, str] = field(default_factory=dict)
    """Program to version: meshlab, kind, kubernetes, engine, python ..."""
    stand_ins: tuple[str, ...] = ()
    """Images that something else stood in for."""
    checks: dict[str, CheckProof] = field(default_factory=dict)
    experiments: tuple[str, ...] = ()
    """Those that were run to their end."""
    wrong: dict[str, WrongProof] = field(default_factory=dict)
    reset: bool = False
    """Reset gave the fingerprint of fresh."""
    start: dict[str, str] = field(default_factory=dict)
    """Object to a hash of what was declared of it, on the untouched lab; without what the lab marks as given."""
    end: dict[str, str] = field(default_factory=dict)
    """The same on the solved lab: what the start of the next lab on the road is compared with."""


def read_proof(folder: Path) -> Proof | None:
    """The proof of the lab in a folder, None when there is none. LabError when it is not one."""
    file = lab_folder.proof_file(folder)
    try:
        return msgspec.json.decode(file.read_bytes(), type=Proof)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise LabError(f"this is not a proof: {error}", file=display_path(file), hint="Prove the lab again.") from None


def write_proof(folder: Path, proof: Proof) -> Path:
    """Write proof.json in a fixed order, so that a second proof of the same lab gives the same file."""
    file = lab_folder.proof_file(folder)
    file.write_bytes(msgspec.json.format(msgspec.json.encode(proof, order="sorted"), indent=2) + b"\n")
    return file


def stale(proof: Proof, hashes: Mapping[str, str]) -> list[str]:
    """What has changed since the proof, one sentence per file; [] if nothing has."""
    changes = []
    for name in sorted(proof.hashes.keys() | hashes.keys()):
        if name not in hashes:
            changes.append(f"{name} is gone")
        elif name not in proof.hashes:
            changes.append(f"{name} is new")
        elif proof.hashes[name] != hashes[name]:
            changes.append(f"{name} has changed")
    return changes


def hashes(loaded: LoadedLab, images: Path | None = None, checks: Path | None = None) -> dict[str, str]:
    """SHA-256 of every file that a proof of the lab depends on.

    images: folder of image sources; checks: folder of the check room. Default: those of this installation.
    """
    sums = _tree("lab", loaded.folder, _files(loaded.folder))
    for image in _own_images(loaded):
        folder = (images or content.images_folder()) / image
        sums |= _tree(f"images/{image}", folder, _files(folder))
    room = checks or Path(meshlab.__file__).parent / "check"
    return sums | _tree("check", room, _modules(loaded, room))


def _own_images(loaded: LoadedLab) -> list[str]:
    return [image.removeprefix("meshlab/") for image in loaded.lab.images if image.startswith("meshlab/")]


def _modules(loaded: LoadedLab, room: Path) -> Iterator[Path]:
    """The modules of the kinds that the lab uses, and what they share."""
    used = {kind.replace("-", "_") for _, check in walk.checks(loaded.lab) for kind in walk.kinds(check)}
    yield from sorted(room.glob("*.py"))
    yield from (path for path in sorted((room / "kinds").glob("*.py")) if path.stem in used)


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.is_file() and not LEFT_OUT & set(parts) and not any(part.startswith(".") for part in parts):
            yield path


def _tree(name: str, folder: Path, files: Iterable[Path]) -> dict[str, str]:
    return {f"{name}/{path.relative_to(folder).as_posix()}": hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
