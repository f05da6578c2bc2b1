"""The user's kubeconfig files: read as kubectl reads them, never written to."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from meshlab.errors import UsageError

LISTS = ("clusters", "contexts", "users")
FILES = ("certificate-authority", "client-certificate", "client-key", "tokenFile")


def user_files() -> list[Path]:
    """What KUBECONFIG names, else the default file."""
    return named(os.environ.get("KUBECONFIG", "")) or [Path.home() / ".kube" / "config"]


def named(files: str) -> list[Path]:
    """Files that stand in one text, as KUBECONFIG names them."""
    return [Path(file).expanduser() for file in files.split(os.pathsep) if file]


def only(context: str, files: list[Path] | None = None) -> dict[str, Any]:
    """A kubeconfig with this context alone, independent of where it stands. UsageError when there is no such context."""
    merged = _merged(files if files is not None else user_files())
    if context not in merged["contexts"]:
        known = ", ".join(sorted(merged["contexts"])) or "none"
        raise UsageError("kubeconfig.no-context", context=context, known=known)
    chosen = merged["contexts"][context]["context"]
    try:
        cluster, user = merged["clusters"][chosen["cluster"]], merged["users"][chosen["user"]]
    except KeyError as error:
        raise UsageError("kubeconfig.undefined", context=context, name=str(error)) from error
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": context,
        "contexts": [merged["contexts"][context]],
        "clusters": [cluster],
        "users": [user],
    }


def contexts(files: list[Path] | None = None) -> list[str]:
    """Names of the contexts that there are, the current one first; none where a file cannot be read."""
    files = files if files is not None else user_files()
    try:
        names = list(_merged(files)["contexts"])
        current = next((name for file in files if (name := _read(file).get("current-context"))), "")
    except (UsageError, TypeError, KeyError):
        return []
    return sorted(names, key=lambda name: (name != current, name))


def _merged(files: list[Path]) -> dict[str, dict[str, Any]]:
    """By name; the first file that has a name wins."""
    found: dict[str, dict[str, Any]] = {name: {} for name in LISTS}
    for file in files:
        read = _read(file)
        for name in LISTS:
            for one in read.get(name) or []:
                found[name].setdefault(one["name"], _absolute(one, file.parent))
    return found


def _read(file: Path) -> dict[str, Any]:
    import yaml

    try:
        read = yaml.safe_load(file.read_text()) if file.exists() else {}
    except (OSError, yaml.YAMLError) as error:
        raise UsageError("kubeconfig.unreadable", path=file, why=str(error)) from error
    return read if isinstance(read, dict) else {}


def _absolute(entry: dict[str, Any], folder: Path) -> dict[str, Any]:
    return {
        key: {k: str(folder / v) if k in FILES and v else v for k, v in value.items()} if isinstance(value, dict) else value
        for key, value in entry.items()
    }
