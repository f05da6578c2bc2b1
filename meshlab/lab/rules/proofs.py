"""A lab is proven, and its proof speaks of the files that are there."""

from __future__ import annotations

from collections.abc import Iterator

from meshlab.errors import LabError
from meshlab.lab.files.lab_folder import proof_file
from meshlab.lab.problem import Problem
from meshlab.lab.proof import Proof, hashes, read_proof, stale
from meshlab.lab.rules.scope import Scope, caught

MOST = 5
"""Files that are named when a proof is stale."""


def rule(scope: Scope) -> Iterator[Problem]:
    """Missing is a warning, stale or incomplete an error."""
    file = proof_file(scope.loaded.folder)
    hint = f"Run `meshlab prove {scope.loaded.id}`."
    try:
        proof = read_proof(scope.loaded.folder)
    except LabError as error:
        yield caught("proof", error)
        return
    if proof is None:
        yield scope.file(file, "proof", "the lab is not proven", "warning", hint)
        return
    said = stale(proof, hashes(scope.loaded))
    if said:
        more = f" and {len(said) - MOST} more" if len(said) > MOST else ""
        yield scope.file(file, "proof", f"the proof is stale: {', '.join(said[:MOST])}{more}", hint=hint)
    for message in _incomplete(scope, proof):
        yield scope.file(file, "proof", message, hint=hint)


def _incomplete(scope: Scope, proof: Proof) -> Iterator[str]:
    lab = scope.loaded.lab
    if proof.lab != scope.loaded.id:
        yield f"the proof is of `{proof.lab}`"
    for what, wanted, there in (
        ("check", lab.all_checks().keys(), proof.checks.keys()),
        ("misconception", {wrong.id for wrong in lab.wrong}, proof.wrong.keys()),
        ("experiment", lab.all_experiments().keys(), set(proof.experiments)),
    ):
        missing = sorted(wanted - there)
        if missing:
            yield f"the proof says nothing of the {what} {', '.join(missing)}"
    if not proof.reset:
        yield "the proof says nothing of a reset"
    if not (proof.start and proof.end):
        yield "the proof says nothing of the objects at the start and at the end"
