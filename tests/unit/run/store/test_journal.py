from __future__ import annotations

from pathlib import Path

from meshlab.lab.address import ObjectRef
from meshlab.lab.model import Fault
from meshlab.run.store.journal import Entry, Journal


def entry(name: str) -> Entry:
    target = ObjectRef(api_version="apps/v1", kind="Deployment", name="router")
    return Entry(id=name, fault=Fault(kind="scale", subject=target, replicas=0), inverse={"replicas": 2}, since=1.0)


def test_what_was_opened_and_not_closed_is_pending(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "runs/x/journal.jsonl")
    assert journal.pending() == []
    journal.open(entry("a"))
    journal.open(entry("b"))
    journal.close("a")
    assert Journal(journal.file).pending() == [entry("b")]
    journal.close("b")
    journal.close("b")
    assert journal.pending() == []


def test_a_torn_entry_was_never_applied_and_the_next_append_cuts_it_off(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    journal.open(entry("a"))
    with journal.file.open("ab") as stream:
        stream.write(b'{"type":"_Open","entry":{"id":"b","fa')
    assert journal.pending() == [entry("a")]
    journal.open(entry("c"))
    assert journal.pending() == [entry("a"), entry("c")]


def test_a_damaged_line_hides_no_other(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    journal.open(entry("a"))
    with journal.file.open("ab") as stream:
        stream.write(b"\0\0\0\n")
    journal.open(entry("b"))
    assert journal.pending() == [entry("a"), entry("b")]
