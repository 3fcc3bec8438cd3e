"""Tests of scripts/make_run.py: the sample enters no lake of other quotes; one run at a time."""

from __future__ import annotations

import argparse
import fcntl
import os
import sys
from datetime import date
from pathlib import Path

import pytest
from lakes import quote, write_raw

import make_run
import report


def run_ingest(lake: Path, monkeypatch: pytest.MonkeyPatch, *, cotahist: str) -> None:
    """The first step of `make run` with an ingester that fails."""
    monkeypatch.setattr(make_run, "ROOT", lake.parent)
    monkeypatch.setattr(make_run, "SAMPLE", lake.parent / "build" / "sample.txt")
    lake.mkdir(exist_ok=True)
    names = {"tickers": "", "first": "", "last": "", "ingest_flags": []}
    with pytest.raises(make_run.StepError):
        make_run.ingest(argparse.Namespace(ingest="false", lake=lake, source="cotahist", cotahist=cotahist, **names))


def test_the_sample_is_refused_in_a_lake_of_other_quotes_and_comes_again_into_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lake = tmp_path / "lake"
    run_ingest(lake, monkeypatch, cotahist="COTAHIST_A2024.ZIP")
    assert not (lake / report.INVENTED).exists()
    write_raw(lake / "raw", [quote("PETR4", date(2024, 1, 2), "36.4")])
    run_ingest(lake, monkeypatch, cotahist="")
    (error,) = capsys.readouterr().err.splitlines()
    assert error.startswith(f"make_run: {lake} holds quotes and no file INVENTED, so the invented ones are not added")
    assert not (lake / report.INVENTED).exists()

    invented = tmp_path / "invented"
    for _ in range(2):
        run_ingest(invented, monkeypatch, cotahist="")
        assert (invented / report.INVENTED).read_text() == "This lake holds invented quotes.\n"
        write_raw(invented / "raw", [quote("INVA3", date(2024, 1, 2), "36.4")])
    assert capsys.readouterr().err == ""


def test_a_second_run_on_a_lake_is_refused_until_the_first_has_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failing = ["make_run.py", "--ingest=false", "--cotahist=a.ZIP", "--page=p", "--job-flags=", f"--lake={tmp_path}"]
    monkeypatch.setattr(sys, "argv", failing)
    first = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(first, fcntl.LOCK_EX)
    refused = f"make_run: another make run is at work on {tmp_path}; wait until it has ended\n"
    assert (make_run.main(), capsys.readouterr().err) == (1, refused)
    os.close(first)
    assert (make_run.main(), capsys.readouterr().err) == (1, "")  # the ingester fails and prints nothing
