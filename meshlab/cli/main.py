"""The entry point. However a command ends, it prints at most a sentence and a hint on stderr, with a documented exit code."""

from __future__ import annotations

import os
import sys
import tempfile
import time
import traceback
from pathlib import Path

import click

from meshlab import __version__
from meshlab.cli.commands import LazyGroup
from meshlab.errors import ExitCode, MeshlabError


@click.group(cls=LazyGroup, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="meshlab")
@click.option("--lang", type=click.Choice(["en", "zh"]), help="Language of all output (default: your locale).")
@click.option("--lab", "lab", metavar="LAB", help="The lab to use (default: the one started last).")
@click.option("--pack", "packs", multiple=True, metavar="DIR", help="A folder with more labs; may be repeated.")
@click.option("--engine", metavar="ENGINE", help="Where a new lab runs: kind, or context:NAME (of your kubeconfig).")
@click.option("--memory", metavar="HOW", help="On leaving the interface: keep the cluster running, or spare its memory.")
@click.option("--record", metavar="FILE", help="Record the run to FILE, for `meshlab tour --from FILE`.")
@click.pass_context
def cli(
    ctx: click.Context,
    lang: str | None,
    lab: str | None,
    packs: tuple[str, ...],
    engine: str | None,
    memory: str | None,
    record: str | None,
) -> None:
    """Learn how service meshes work, on your own machine: from client libraries to a multi-cluster mesh.

    Without a command, meshlab opens its terminal interface. Exit codes: 0 pass, 1 checks failed, 2 usage, 3 passed with
    warnings, 4 environment, 5 timeout, 7 locked, 130 interrupted.
    """
    from meshlab.cli.options import Options

    _begin_log(ctx.invoked_subcommand or "the interface")
    _Reader.language = lang or ""
    ctx.obj = Options.read(lang, lab, packs, record, engine=engine, memory=memory)
    _Reader.language = ctx.obj.language
    if ctx.invoked_subcommand is None:
        from meshlab.cli.interface import open_interface

        ctx.exit(open_interface(ctx.obj))
    for problem in ctx.obj.settings.problems if ctx.invoked_subcommand != "settings" else ():
        _say(problem.sentence(ctx.obj.settings.file, ctx.obj.language))


def run(args: list[str] | None = None) -> int:
    """Run one command line and return its exit code. No exception leaves this function."""
    since = time.monotonic()
    code = _run(args)
    # `--help` and command lines that cannot be parsed end before the log begins.
    if "meshlab.logs" in sys.modules:
        from meshlab import logs

        logs.end("ended with code %d after %.1f s", code, time.monotonic() - since)
    return code


def _run(args: list[str] | None) -> int:
    try:
        code = cli.main(args=args, prog_name="meshlab", standalone_mode=False)
        return int(code) if isinstance(code, int) else ExitCode.PASS
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        error.show()
        return ExitCode.USAGE
    except (click.Abort, KeyboardInterrupt):
        _say("interrupted")
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        return _broken_pipe()
    except Exception as error:
        return _failed(error)


class _Reader:
    """The language of error messages, known once the options are read."""

    language = ""


def _begin_log(command: str) -> None:
    from meshlab import logs
    from meshlab.run.store.paths import find

    logs.begin(find().root, f"meshlab {__version__}, Python {sys.version.partition(' ')[0]}: {command}")


def _failed(error: Exception) -> int:
    from meshlab.logs import log

    if isinstance(error, MeshlabError):
        log.warning("%s: %s", type(error).__name__, error)
        sentence, hint = _words(error)
        _say(sentence)
        if hint:
            _say(f"  → {hint}")
        return error.exit_code
    log.critical("internal error", exc_info=error)
    _say(f"meshlab has an internal error ({type(error).__name__}). Your lab is not the cause.")
    _say(f"  → The details are in {write_report(error)}; please report this bug.")
    return ExitCode.ENVIRONMENT


def _words(error: MeshlabError) -> tuple[str, str]:
    from meshlab.words import default_language

    language = _Reader.language or default_language()
    if language == "en":
        return str(error), error.hint
    from meshlab.report.trouble import told

    trouble = told(error, language)
    return trouble.sentence, trouble.hint


def _broken_pipe() -> int:
    # The reader of the pipe (`| head`) has exited: nothing more can be written, and closing stdout must not fail again.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return ExitCode.PASS


def _say(text: str) -> None:
    click.echo(text, err=True)


def main() -> None:
    """The console script."""
    sys.exit(run())


def write_report(error: BaseException) -> Path:
    """Write the traceback into the state directory or, if that fails, into the temporary directory."""
    text = f"meshlab {__version__}, Python {sys.version}\n{' '.join(sys.argv)}\n\n" + "".join(traceback.format_exception(error))
    for folder in _folders():
        file = folder / f"crash-{time.strftime('%Y%m%d-%H%M%S')}.txt"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        except OSError:
            continue
        return file
    return Path("nowhere (no folder can be written)")


def _folders() -> list[Path]:
    from meshlab.run.store.paths import find

    return [find().root / "crashes", Path(tempfile.gettempdir())]
