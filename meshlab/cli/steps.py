"""The commands that take a learner through a lab: start, status, guide, debrief, next, solve, goto, reset."""

from __future__ import annotations

import shutil

import click

from meshlab.cli.options import Options, format_option
from meshlab.cli.output import note, show_progress
from meshlab.cli.running import open_lab, with_run
from meshlab.run.api import LabRun, Snapshot
from meshlab.words import say


def snapshot_text(snapshot: Snapshot, language: str) -> str:
    """The state of a run as text."""
    lines = [f"{snapshot.stage}  {snapshot.title}  —  {say(f'cli.state.{snapshot.state}', language)}"]
    for number, step in enumerate(snapshot.steps, 1):
        glyph = "✔" if step.done else "▶" if step.id == snapshot.current else "·"
        solved = f"  ({say('cli.solved', language)})" if step.solved else ""
        lines.append(f"  {glyph} {number}. {step.title}  [{step.id}]{solved}")
    if snapshot.faults:
        lines.append(say("cli.faults", language, faults=", ".join(f"{fault.kind} {fault.target}" for fault in snapshot.faults)))
    if snapshot.stand_ins:
        lines.append(say("cli.stand-ins", language, images=", ".join(snapshot.stand_ins)))
    return "\n".join(lines)


def show_snapshot(snapshot: Snapshot, language: str, form: str) -> None:
    """Print a snapshot as text or as JSON."""
    if form == "json":
        from meshlab.report.envelope import envelope

        click.echo(envelope("status", status=snapshot))
    else:
        click.echo(snapshot_text(snapshot, language))


@click.command("start")
@click.argument("lab", required=False, default="")
@click.option("--seed", type=int, help="The seed from which this seat's values are drawn.")
@click.option("--context", help="Use this context of your kubeconfig instead of creating a cluster.")
@click.option("--kubeconfig", help="The kubeconfig that --context is in (default: $KUBECONFIG or ~/.kube/config).")
@format_option("text", "json")
@click.pass_obj
def start_command(options: Options, lab: str, seed: int | None, context: str | None, kubeconfig: str | None, form: str) -> None:
    """Prepare a lab and make it the current one. It is safe to run this again: it continues, or resumes a stopped cluster."""

    async def work(run: LabRun) -> Snapshot:
        await show_progress(run.prepare(), options.language, form)
        return run.snapshot()

    snapshot = with_run(options, work, lab, seed=seed, context=context, kubeconfig=kubeconfig or "")
    show_snapshot(snapshot, options.language, form)
    if form == "text":
        note(say("cli.started", options.language, seconds=f"{snapshot.ready_seconds:.0f}"))


@click.command("status")
@format_option("text", "json")
@click.pass_obj
def status_command(options: Options, form: str) -> None:
    """Show where the current lab stands, without asking the cluster."""
    show_snapshot(open_lab(options).snapshot(), options.language, form)


@click.command("guide")
@click.argument("step", required=False, default="")
@click.pass_obj
def guide_command(options: Options, step: str) -> None:
    """Show the current page of the guide, or the page of STEP."""
    page = open_lab(options).page(step, options.language)
    click.echo(f"[{page.number}/{page.of}] {page.title}\n\n{page.markdown}")


@click.command("debrief")
@click.argument("step", required=False, default="")
@format_option("text", "json")
@click.pass_obj
def debrief_command(options: Options, step: str, form: str) -> None:
    """Explain a finished step (default: the last one) and compare the reference solution with your objects."""
    from meshlab.report.debrief import debrief_text
    from meshlab.report.envelope import envelope

    run = open_lab(options)
    done = [state.id for state in run.snapshot().steps if state.done]
    debrief = run.debrief(step or (done[-1] if done else ""), options.language)
    width = shutil.get_terminal_size().columns
    click.echo(envelope("debrief", debrief=debrief) if form == "json" else debrief_text(debrief, options.language, width))


@click.command("next")
@format_option("text", "json")
@click.pass_obj
def next_command(options: Options, form: str) -> None:
    """Go on to the next step, once all checks of this step have been green."""
    show_snapshot(with_run(options, lambda run: run.next()), options.language, form)


@click.command("solve")
@click.argument("step", required=False, default="")
@format_option("text", "json")
@click.pass_obj
def solve_command(options: Options, step: str, form: str) -> None:
    """Let meshlab solve a step (default: the current one) with the reference solution."""
    with_run(options, lambda run: show_progress(run.solve(step), options.language, form))


@click.command("goto")
@click.argument("step")
@format_option("text", "json")
@click.pass_obj
def goto_command(options: Options, step: str, form: str) -> None:
    """Jump to STEP. meshlab solves the steps before it and skips their experiments."""
    with_run(options, lambda run: show_progress(run.goto(step), options.language, form))


@click.command("reset")
@click.argument("step", required=False, default="")
@click.option("--yes", is_flag=True, help="Do not ask before removing objects of yours.")
@format_option("text", "json")
@click.pass_obj
def reset_command(options: Options, step: str, yes: bool, form: str) -> None:
    """Return the cluster to the start of a step (default: the current one). Your progress is kept."""

    async def work(run: LabRun) -> None:
        plan = await run.plan_reset(step)
        if plan.strays and not yes:
            note(say("cli.strays", options.language) + "\n  " + "\n  ".join(plan.strays))
            click.confirm(say("cli.remove-them", options.language), abort=True, err=True)
        await show_progress(run.reset(step), options.language, form)

    with_run(options, work)
