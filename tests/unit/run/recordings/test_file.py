"""The file of a recording: round trip, kills, damage, other versions."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from meshlab.check.verdict import Evidence, Outcome, Verdict
from meshlab.errors import UsageError
from meshlab.lab.catalog import catalog
from meshlab.run.catalog import has_recording, recording_of
from meshlab.run.recordings import lines, opened
from meshlab.run.recordings.file import Writer, pack, read
from meshlab.run.recordings.lines import AnyLine, Called, Ended, Judged, Opened
from meshlab.run.recordings.tour_writer import LARGEST, _slim

OPENED = Opened(t=1.0, schema=lines.SCHEMA, lab="2-router-mesh", seed=7)
VERDICT = Verdict(check="a", step="b", kind="object", role="goal", outcome=Outcome.PASS)


def write(file: Path, *data: bytes) -> Path:
    file.write_bytes(gzip.compress(lines.encode(OPENED) + b"".join(data)))
    return file


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "one.jsonl.gz"
    writer = Writer(file)
    told: list[AnyLine] = [
        OPENED,
        Called(t=2.0, call=1, method="check"),
        Judged(t=3.0, call=1, verdict=VERDICT),
        Ended(t=4.0, call=1),
    ]
    for line in told:
        writer.add(line)
        writer.flush()
    assert list(read(file).lines) == told
    before = file.stat().st_size
    pack(file)
    assert list(read(file).lines) == told
    assert file.stat().st_size < before


def test_what_a_kill_tore_off_is_not_missed(tmp_path: Path) -> None:
    file = tmp_path / "one.jsonl.gz"
    writer = Writer(file)
    writer.add(OPENED)
    writer.flush()
    whole = file.stat().st_size
    writer.add(Called(t=2.0, call=1, method="check"))
    writer.flush()
    data = file.read_bytes()
    for length in range(whole, len(data)):
        file.write_bytes(data[:length])
        assert read(file).opened == OPENED


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"{not json\n", "damaged at line 2"),
        (b'{"line":"call","t":1.0}\n', "damaged at line 2"),
        (b'{"line":"call","t":"late","call":1,"method":"check"}\n', "damaged at line 2"),
        (lines.encode(Opened(t=1.0, schema=1, lab="1-edge-proxy", seed=7)), "damaged at line 2"),
        (b"\xff\xfe\n", "damaged at line 2"),
    ],
)
def test_a_damaged_file_is_a_sentence_with_its_line(data: bytes, says: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=says) as caught:
        read(write(tmp_path / "one.jsonl.gz", data))
    assert "meshlab record" in caught.value.hint


def test_damage_between_members_has_its_line(tmp_path: Path) -> None:
    file = write(tmp_path / "one.jsonl.gz")
    file.write_bytes(file.read_bytes() + b"nonsense")
    with pytest.raises(UsageError, match="damaged at line 2"):
        read(file)


def test_another_schema_names_both_versions(tmp_path: Path) -> None:
    file = tmp_path / "one.jsonl.gz"
    file.write_bytes(gzip.compress(lines.encode(Opened(t=1.0, schema=99, lab="x", seed=1, meshlab="9.9"))))
    with pytest.raises(UsageError, match=r"meshlab 9\.9 in the form 99; this meshlab reads up to 1"):
        read(file)


def test_lines_and_keys_of_a_newer_version_are_passed_over(tmp_path: Path) -> None:
    more = b'{"line":"smell","t":2.0}\n{"line":"end","t":3.0,"call":1,"colour":"red"}\n'
    assert list(read(write(tmp_path / "one.jsonl.gz", more)).lines) == [OPENED, Ended(t=3.0, call=1)]


@pytest.mark.parametrize("data", [b"", b"plain text", gzip.compress(b'{"line":"end","t":3.0,"call":1}\n', mtime=0)])
def test_what_is_no_recording_is_said(data: bytes, tmp_path: Path) -> None:
    file = tmp_path / "one.jsonl.gz"
    file.write_bytes(data)
    with pytest.raises(UsageError, match=r"is not a recording|damaged at line 1"):
        read(file)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There is no recording"):
        read(tmp_path / "none.jsonl.gz")


def test_evidence_that_is_too_large_says_so() -> None:
    small, large = Evidence("small", [1]), Evidence("large", "x" * LARGEST)
    slim = _slim(Verdict(check="a", step="b", kind="k", role="goal", outcome=Outcome.FAIL, evidence=(small, large)))
    assert slim.evidence[0] == small
    assert str(slim.evidence[1].data).startswith("(not in the recording: ")


@pytest.mark.parametrize("lab", [entry.id for entry in catalog()])
def test_a_recording_that_ships_fits_its_lab(lab: str, tmp_path: Path) -> None:
    from meshlab.run.store.paths import Paths

    if not has_recording(lab):
        with pytest.raises(UsageError, match=f"There is no recording of {lab}"):
            opened.of_lab(lab)
        return
    assert recording_of(lab).stat().st_size < 300_000
    played = opened.replay(opened.of_lab(lab), Paths(tmp_path))
    assert {step.id for step in played.lab.steps} == set(played._timeline.steps)
