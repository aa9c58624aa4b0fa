# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What libfovea_runtime.a promises: small, no writable data, no constructors, no thread-locals, few dependencies.

usage: check_archive.py LLVM_BIN_DIR ARCHIVE
"""
import os
import subprocess
import sys

MOST_BYTES = 100 * 1000
FORBIDDEN_SECTIONS = (".data", ".bss", ".tdata", ".tbss", ".init_array", ".fini_array", ".ctors", ".dtors")
ALLOWED_UNDEFINED = set(
    """
    aligned_alloc calloc free memcpy memset snprintf vsnprintf strchr strcmp strlen strncmp strrchr strtok_r strtoll
    __isoc23_strtoll clock_gettime close open read madvise mmap munmap sched_getaffinity sigfillset syscall
    __errno_location __sched_cpualloc __sched_cpufree __sched_cpucount
    pthread_attr_destroy pthread_attr_init pthread_attr_setstacksize pthread_create pthread_join pthread_self
    pthread_setname_np pthread_sigmask __stack_chk_fail _GLOBAL_OFFSET_TABLE_
    """.split()
)


def main(tools, archive):
    problems = []
    size = os.path.getsize(archive)
    if size >= MOST_BYTES:
        problems.append(f"{size} bytes; the limit is {MOST_BYTES}")

    def run(tool, *arguments):
        command = [os.path.join(tools, tool), *arguments, archive]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    for line in run("llvm-size", "-A").splitlines():
        fields = line.split()
        if len(fields) == 3 and fields[1].isdigit() and int(fields[1]):
            name = fields[0]
            if any(name == bad or name.startswith(bad + ".") for bad in FORBIDDEN_SECTIONS) and not name.startswith(
                ".data.rel.ro"
            ):
                problems.append(f"section {name} has {fields[1]} bytes")

    defined, undefined = set(), set()
    for line in run("llvm-nm", "--extern-only", "--format=posix").splitlines():
        fields = line.split()
        if len(fields) >= 2 and len(fields[1]) == 1:
            (undefined if fields[1] in "Uw" else defined).add(fields[0])
    for name in sorted(undefined - defined - ALLOWED_UNDEFINED):
        problems.append(f"needs {name}")
    for name in sorted(defined):
        if not name.startswith("fovea"):
            problems.append(f"defines {name}")

    for problem in problems:
        print(f"{archive}: {problem}", file=sys.stderr)
    print(f"{size} bytes, {len(defined)} functions")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
