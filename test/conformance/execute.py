# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs the tools on one case in one mode. A tool that crashes, hangs or takes too much memory fails alone.

Tools run in children of fovea-test-host where that was built, which saves each of them loading LLVM, and as processes of
their own elsewhere.
"""
import pathlib
import resource
import shlex
import shutil
import signal
import subprocess
import threading

EXECUTIONS = ("evaluator", "llvm", "default")
MEMORY_MIB = 8192


class Host:
    """One running fovea-test-host. It reads a line for every tool to run, and answers with its status."""

    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, log, timeout, arguments):
        fields = [str(log), str(timeout), str(MEMORY_MIB), *map(str, arguments)]
        if any(set(field) & set("\t\n") for field in fields):
            raise ValueError("an argument holds a tab or a line's end")
        self.process.stdin.write("\t".join(fields) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError("fovea-test-host died")
        return int(answer)


class Tools:
    """fovea-evaluate, foveac and fovea-run of one build. May be used by several threads."""

    def __init__(self, build, timeout=60, use_host=True):
        self.bin = pathlib.Path(build) / "bin"
        self.timeout = timeout
        self.host = self.bin / "fovea-test-host"
        self.local = threading.local()
        self.hosts = []
        needed = ["fovea-test-host"] if use_host and self.host.exists() else ["fovea-evaluate", "foveac", "fovea-run"]
        self.use_host = needed[0] == "fovea-test-host"
        for tool in needed:
            if not (self.bin / tool).exists():
                raise SystemExit(f"{self.bin / tool} does not exist: build it, or name the build folder with --build")

    def run(self, log, arguments, timeout=None):
        """(status, what the tool printed); a status below 0 is the signal that ended it."""
        timeout = timeout or self.timeout
        if self.use_host:
            if not hasattr(self.local, "host"):
                self.local.host = Host(self.host)
                self.hosts.append(self.local.host)
            status = self.local.host.run(log, timeout, arguments)
        else:
            def limit():
                resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MIB << 20, MEMORY_MIB << 20))
                signal.alarm(timeout)
            with open(log, "w") as file:
                status = subprocess.run([self.bin / arguments[0], *arguments[1:]], stdout=file, stderr=file,
                                        stdin=subprocess.DEVNULL, preexec_fn=limit,
                                        cwd=pathlib.Path(log).parent).returncode
        return status, pathlib.Path(log).read_text(errors="replace")

    def close(self):
        for host in self.hosts:
            host.process.stdin.close()
            host.process.wait()


def describe_status(status):
    if status == -signal.SIGALRM:
        return "timed out"
    if status < 0:
        return f"died of {signal.Signals(-status).name}"
    return f"failed with status {status}"


def execute(tools, execution, model, dims, inputs, outputs, folder, timeout=None):
    """Runs `model` in `folder`. All paths are absolute. `inputs` are the paths of arrays by name; the names of `outputs` tell what to write. Returns the stage
    that failed with what was printed, or nothing, and then the path of each output."""
    folder = pathlib.Path(folder)
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    bindings = [f"--dim={name}={extent}" for name, extent in dims.items()]

    def failure(stage, status, text):
        if status in (1, 2, 4) and text.strip():
            return stage, text.strip()
        return stage, f"{describe_status(status)}: {text.strip()[-2000:]}"
    if execution == "evaluator":
        command = ["fovea-evaluate", model, *bindings, f"--output-dir={folder}",
                   *(f"--input={name}={path}" for name, path in inputs.items())]
        status, text = tools.run(folder / "evaluate.log", command, timeout)
        return failure("evaluate", status, text) if status else (None, [folder / f"{i}.npy" for i in range(len(outputs))])
    library = folder / "model.so"
    backend = ["--backend=llvm"] if execution == "llvm" else []
    status, text = tools.run(folder / "compile.log", ["foveac", model, "-o", library, "--name=model", *bindings, *backend],
                             timeout)
    if status:
        return failure("compile", status, text)
    paths = [folder / f"{i}.npy" for i in range(len(outputs))]
    command = ["fovea-run", library, *(f"--input={name}=@{path}" for name, path in inputs.items()),
               *(f"--output={name}=@{path}" for name, path in zip(outputs, paths))]
    status, text = tools.run(folder / "run.log", command, timeout)
    return failure("run", status, text) if status else (None, paths)


def command_lines(tools, execution, model, dims, inputs):
    """What a person types to repeat an execution."""
    bindings = [f"--dim={name}={extent}" for name, extent in dims.items()]
    if execution == "evaluator":
        return shlex.join([str(tools.bin / "fovea-evaluate"), str(model), *bindings, "--output-dir=.",
                           *(f"--input={name}={path}" for name, path in inputs.items())])
    backend = ["--backend=llvm"] if execution == "llvm" else []
    compiling = [str(tools.bin / "foveac"), str(model), "-o", "model.so", *bindings, *backend]
    running = [str(tools.bin / "fovea-run"), "model.so", *(f"--input={name}=@{path}" for name, path in inputs.items())]
    return f"{shlex.join(compiling)} && {shlex.join(running)}"
