"""Runs scripts of labs and submissions in a container that has kubectl and one kubeconfig, and nothing of the host."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from meshlab import files
from meshlab.cluster.api import ClusterInfo
from meshlab.cluster.programs import engine_api
from meshlab.cluster.programs.containers import docker
from meshlab.cluster.programs.ephemeral import passing
from meshlab.cluster.programs.process import run as run_program
from meshlab.errors import EngineError, EnvironmentFault, ExitCode, MeshlabError
from meshlab.lab.change.parts import Script
from meshlab.run.accounts import learner, submission
from meshlab.run.run import Run
from meshlab.words import Words

WITHIN = 120.0
"""Seconds for one script."""
NETWORK = "kind"
LIMITS = (
    *("--network", NETWORK),
    *("--read-only", "--tmpfs", "/work:rw,size=64m,mode=1777", "--tmpfs", "/tmp:rw,size=64m,mode=1777"),
    *("--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--user", "10001:10001"),
    *("--memory", "256m", "--pids-limit", "128", "--cpus", "1"),
)
# The tar on stdin has the submission's files, the script and the kubeconfig. `timeout` ends the container even when the
# meshlab that waits for it was killed.
START = f'tar -x -C /work -f - && cd /work/files && exec timeout {WITHIN + 10:.0f} sh "./$0"'
LARGEST = 16 << 20
"""Largest size, in bytes, of the files beside a script."""


class ScriptFailed(MeshlabError):
    """A script failed or took too long, which is its author's mistake, not the environment's."""

    exit_code = ExitCode.CHECKS_FAILED


Account = Callable[[Run, str], Awaitable[Path]]
"""Returns the kubeconfig of an account on a cluster, and creates the account when it is missing."""


def trusted(run: Run) -> Callable[[Script], Awaitable[None]]:
    """Returns what runs the lab's own scripts: as the learner, or for a pack, which is not trusted, as its account."""
    return _runner(run, learner_of) if submission.built_in(run) else untrusted(run)


def untrusted(run: Run) -> Callable[[Script], Awaitable[None]]:
    """Returns what runs scripts of a submission: as the account of submissions."""
    return _runner(run, submission.account)


async def learner_of(run: Run, cluster: str) -> Path:
    """Returns the learner's kubeconfig, renewed when it is about to expire. Raises ClusterError."""
    folder = run.folder_of(cluster)
    if learner.expires_soon(folder / learner.FILE):
        await learner.ensure(await run.kube(cluster), await run.info(cluster), folder, run.lab)
    return folder / learner.FILE


def _runner(run: Run, account: Account) -> Callable[[Script], Awaitable[None]]:
    async def run_script(script: Script) -> None:
        info = await run.info(script.cluster)
        config = await inside(info, await account(run, script.cluster), run.lab.all_namespaces[0])
        await execute(script, config, await kubectl(run, info), run.values["image_shop"])

    return run_script


async def execute(script: Script, config: bytes, program: Path, image: str, *, within: float = WITHIN) -> None:
    """Runs a script. ScriptFailed has its exit code and last line; EngineError when the container could not be started."""
    engine, argv = engine_api.program(), ["-i", "--pull", "never", *LIMITS]
    argv += ["-e", "KUBECONFIG=/work/kubeconfig", "-e", "HOME=/work", "-v", f"{program}:/usr/local/bin/kubectl:ro"]
    argv += [image, "sh", "-c", START, script.path.name]
    async with passing("script") as begun:
        try:
            done = await run_program(engine, *begun, *argv, stdin=packed(script, config), deadline=within, check=False)
        except EngineError as error:
            raise ScriptFailed("script.too-long", script=script.file, seconds=within) from error
    if done.code in (125, 126, 127) and _complaint(engine) in done.err:
        raise EngineError("script.not-started", script=script.file, why=done.err.strip()[-300:])
    if done.code:
        lines = [line.strip() for line in (done.err or done.text).splitlines() if line.strip()]
        last = lines[-1][:300] if lines else Words("errors.program.silent")
        raise ScriptFailed("script.failed", script=script.file, code=done.code, words=last)


def _complaint(engine: str) -> str:
    """Returns the prefix of the engine's own messages, which tells them from the script's."""
    return "Error:" if engine == "podman" else f"{engine}:"


def packed(script: Script, config: bytes) -> bytes:
    """Packs the files beside the script (without links), the script with its values, and the kubeconfig into a tar."""
    total = io.BytesIO()
    with tarfile.open(fileobj=total, mode="w") as archive:
        _add(archive, "kubeconfig", config)
        size = 0
        for path in sorted(script.path.parent.rglob("*")):
            if path.is_symlink() or not path.is_file() or path == script.path:
                continue
            size += path.stat().st_size
            if size > LARGEST:
                raise ScriptFailed("script.large", script=script.file, mib=LARGEST >> 20)
            _add(archive, f"files/{path.relative_to(script.path.parent).as_posix()}", path.read_bytes())
        _add(archive, f"files/{script.path.name}", script.text.encode())
    return total.getvalue()


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.uid, entry.gid = len(data), 0o600, 10001, 10001
    archive.addfile(entry, io.BytesIO(data))


async def inside(info: ClusterInfo, kubeconfig: Path, namespace: str) -> bytes:
    """Rewrites the kubeconfig to the API server's address on the engine's network. EnvironmentFault where there is none."""
    import yaml

    if not info.traits.owns_nodes:
        raise EnvironmentFault("script.foreign-cluster")
    control_plane = next(node.name for node in info.nodes if node.role == "control-plane")
    config = yaml.safe_load(files.read(kubeconfig) or b"{}")
    cluster = {**config["clusters"][0]["cluster"], "server": f"https://{control_plane}:6443"}
    return learner.kubeconfig(cluster, config["users"][0]["user"]["token"], namespace)


async def kubectl(run: Run, info: ClusterInfo) -> Path:
    """Copies kubectl from a node once: it fits the cluster's version and the engine's architecture. Raises EngineError."""
    node = next(node.name for node in info.nodes if node.role == "control-plane")
    image = info.spec.node_image if info.spec else "unknown"
    file = run.paths.root / "tools" / f"kubectl-{image.rpartition('/')[2].replace(':', '-').replace('@', '-')}"
    if not file.exists():
        binary = await docker("exec", node, "sh", "-c", 'cat "$(command -v kubectl)"', deadline=60)
        files.write(file, binary.out)
        file.chmod(0o755)
    return file
