// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Runs the project's tools without loading them anew for every test: each line of standard input
// names a log file, a time limit in seconds, a memory limit in MiB, a tool and its arguments,
// separated by tabs. The tool runs in a child process, in the log's folder, so that one that
// crashes, hangs or takes too much memory ends alone. One line is answered when it has ended: its
// exit code, or the number of the signal that killed it, negated.

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <iostream>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

// The tools' own main functions, renamed by the build.
int foveacMain(int argc, char **argv);
int foveaEvaluateMain(int argc, char **argv);
int foveaRunMain(int argc, char **argv);

namespace {

struct Tool {
  const char *name;
  int (*main)(int argc, char **argv);
};

constexpr std::array<Tool, 3> tools = {{
    {"foveac", foveacMain},
    {"fovea-evaluate", foveaEvaluateMain},
    {"fovea-run", foveaRunMain},
}};

/// What a child cannot do is told by an exit code that no tool has.
constexpr int cannotStart = 125;

[[noreturn]] void runTool(std::vector<std::string> &fields) {
  setpgid(0, 0);
  int log = open(fields[0].c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
  int null = open("/dev/null", O_RDONLY);
  const std::string folder = fields[0].substr(0, fields[0].find_last_of('/') + 1);
  if (log < 0 || null < 0 || chdir(folder.c_str()) || dup2(null, 0) < 0 || dup2(log, 1) < 0 ||
      dup2(log, 2) < 0)
    _exit(cannotStart);
  const rlim_t bytes = static_cast<rlim_t>(std::atoll(fields[2].c_str())) << 20;
  const rlimit memory = {bytes, bytes}, core = {0, 0};
  if (bytes && setrlimit(RLIMIT_AS, &memory))
    _exit(cannotStart);
  setrlimit(RLIMIT_CORE, &core);
  alarm(static_cast<unsigned>(std::atoi(fields[1].c_str())));
  std::vector<char *> arguments;
  for (size_t i = 3; i < fields.size(); ++i)
    arguments.push_back(fields[i].data());
  const int count = static_cast<int>(arguments.size());
  arguments.push_back(nullptr);
  for (const Tool &tool : tools)
    if (fields[3] == tool.name)
      std::exit(tool.main(count, arguments.data()));
  _exit(cannotStart);
}

std::vector<std::string> split(const std::string &line) {
  std::vector<std::string> fields(1);
  for (char c : line)
    if (c == '\t')
      fields.emplace_back();
    else
      fields.back() += c;
  return fields;
}

} // namespace

int main() {
  std::string line;
  while (std::getline(std::cin, line)) {
    std::vector<std::string> fields = split(line);
    if (fields.size() < 4) {
      std::fprintf(stderr, "fovea-test-host: expected log, seconds, MiB and a tool\n");
      return 1;
    }
    const pid_t child = fork();
    if (child < 0) {
      std::perror("fovea-test-host: fork");
      return 1;
    }
    if (child == 0)
      runTool(fields);
    int status = 0;
    waitpid(child, &status, 0);
    // Whatever the tool started and left behind.
    kill(-child, SIGKILL);
    std::printf("%d\n", WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status));
    std::fflush(stdout);
  }
  return 0;
}
