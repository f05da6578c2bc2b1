"""The commands check, explain, hint and answer."""

from __future__ import annotations

import sys
from contextlib import aclosing
from pathlib import Path
from typing import Any

import click

from meshlab.check.verdict import Verdict
from meshlab.cli.options import Options, format_option
from meshlab.cli.running import open_lab, with_run
from meshlab.report.envelope import plain
from meshlab.report.text import help_sentence, reason_sentence, summary, verdict_lines
from meshlab.run.api import Explanation, LabRun
from meshlab.run.checks.exit_code import exit_code
from meshlab.words import say


def show(verdict: Verdict, run: LabRun, options: Options, form: str) -> None:
    """Print one verdict as soon as it is known."""
    if form == "text":
        title = run.check_text(verdict.check, options.language).title
        click.echo("\n".join(verdict_lines(verdict, title, options.language)))
    elif form == "jsonl":
        from meshlab.report.envelope import line

        click.echo(line("verdict", verdict=verdict))
    sys.stdout.flush()


def close(run: LabRun, verdicts: list[Verdict], options: Options, form: str) -> None:
    """Print the summary once all verdicts are known."""
    if form == "text":
        click.echo("\n" + summary(verdicts, options.language))
    elif form == "json":
        from meshlab.report.envelope import envelope

        click.echo(envelope("verdicts", lab=run.lab_id, verdicts=verdicts))
    elif form == "junit":
        from meshlab.report.junit import junit

        click.echo(junit(run.lab_id, verdicts, lambda check: run.check_text(check, options.language).title))


@click.command("check")
@click.argument("checks", nargs=-1)
@click.option("--watch", is_flag=True, help="Keep running; print a verdict whenever something relevant changes.")
@click.option("--wait", is_flag=True, help="Wait until no check is pending.")
@click.option("--all", "every", is_flag=True, help="Check all steps, not only the current one.")
@click.option("--explain", "explained", is_flag=True, help="Print the evidence of each verdict.")
@click.option("--record", "record", metavar="DIR", help="Save what the checks saw to DIR, as data for tests.")
@format_option("text", "json", "jsonl", "junit")
@click.pass_context
def check_command(
    ctx: click.Context,
    checks: tuple[str, ...],
    watch: bool,
    wait: bool,
    every: bool,
    explained: bool,
    record: str | None,
    form: str,
) -> None:
    """Check the cluster: what is green, what is red and why. Exit code 0 if all checks are green, 1 if one is red."""
    options: Options = ctx.obj
    how: dict[str, Any] = {"record": Path(record)} if record else {}

    async def work(run: LabRun) -> list[Verdict]:
        named = list(run.lab.all_checks()) if every else list(checks) or None
        source = run.watch() if watch else run.check(named, wait=wait)
        # The last verdict of a check counts: a check that is waited for is pending first.
        last: dict[str, Verdict] = {}
        async with aclosing(source) as items:
            async for verdict in items:
                last[verdict.check] = verdict
                show(verdict, run, options, "jsonl" if watch and form == "json" else form)
                if explained:
                    _evidence(verdict)
        verdicts = list(last.values())
        close(run, verdicts, options, form)
        return verdicts

    ctx.exit(exit_code(with_run(options, work, **how)))


def _evidence(verdict: Verdict) -> None:
    from meshlab.report.envelope import line

    for evidence in verdict.evidence:
        click.echo(f"    · {evidence.title}: {line('evidence', data=evidence.data)}", err=True)


@click.command("explain")
@click.argument("check")
@format_option("text", "json")
@click.pass_obj
def explain_command(options: Options, check: str, form: str) -> None:
    """Show what a check asks, its last verdict and what it saw."""
    explanation = open_lab(options).explain(check, options.language)
    if form == "json":
        from meshlab.report.envelope import envelope

        reason, next_look = _reason(explanation, options.language)
        click.echo(envelope("explanation", explanation={**plain(explanation), "reason": reason, "help": next_look}))
        return
    text = explanation.text
    click.echo("\n\n".join(part for part in (text.title, text.why, text.question) if part))
    if explanation.verdict is not None:
        click.echo("\n" + "\n".join(verdict_lines(explanation.verdict, text.title, options.language)))
        _evidence(explanation.verdict)
        parts = _reason(explanation, options.language)
        click.echo("\n".join(part for part in parts if part))


def _reason(explanation: Explanation, language: str) -> tuple[str, str]:
    """What the last verdict's reason means, and what to look at next."""
    verdict = explanation.verdict
    if verdict is None:
        return "", ""
    return reason_sentence(verdict, language), help_sentence(verdict, explanation.help, language)


@click.command("hint")
@click.argument("check", required=False, default="")
@format_option("text", "json")
@click.pass_obj
def hint_command(options: Options, check: str, form: str) -> None:
    """Show the next hint for a red check (or for CHECK)."""
    hint = open_lab(options).hint(check, options.language)
    if form == "json":
        from meshlab.report.envelope import envelope

        click.echo(envelope("hint", hint=hint))
    elif hint is None:
        click.echo(say("cli.no-hint", options.language))
    else:
        click.echo(f"[{hint.number}/{hint.of}] {hint.text}")


@click.command("answer")
@click.argument("check")
@click.argument("text")
@click.pass_obj
def answer_command(options: Options, check: str, text: str) -> None:
    """Answer a question of the guide; `meshlab check` then says whether the answer is right."""
    open_lab(options).answer(check, text)
    click.echo(say("cli.answered", options.language))
