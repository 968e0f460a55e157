/*
 * The proof that containers share namespaces: their inode numbers. Runs in a container that sees the engine's
 * processes (pid: host) and may inspect them (SYS_PTRACE).
 *
 *   4711 net:[4026532281] ipc:[4026532280] uts:[...] pid:[...] mnt:[...] user:[...] cgroup:[...]
 *
 * A namespace that cannot be read is shown with the errno: `net:error-13`. A kernel without a kind says error-2.
 */
#include "commands.h"
#include "syscalls.h"
#include "text.h"

static const char *const kinds[] = {"net", "ipc", "uts", "pid", "mnt", "user", "cgroup"};

static void add_namespace(struct line *line, const char *pid, const char *kind) {
  struct line path;
  char target[64];
  path.size = 0;
  add_text(&path, "/proc/");
  add_text(&path, pid);
  add_text(&path, "/ns/");
  add_text(&path, kind);
  path.bytes[path.size] = 0;
  long size = sys_readlinkat(AT_FDCWD, path.bytes, target, sizeof target - 1);
  add_text(line, " ");
  if (size < 0) {
    add_text(line, kind);
    add_text(line, ":error-");
    add_number(line, -size);
    return;
  }
  target[size] = 0;
  add_text(line, target);
}

int run_namespaces(int count, char **arguments) {
  for (int i = 0; i < count; i++) {
    struct line line;
    const char *pid = arguments[i];
    if (parse_number(&pid, 10, 0) < 0) return fail(STDERR, "parse pid", arguments[i], EINVAL);
    line.size = 0;
    add_text(&line, arguments[i]);
    for (size_t kind = 0; kind < sizeof kinds / sizeof *kinds; kind++) add_namespace(&line, arguments[i], kinds[kind]);
    print_line(STDOUT, &line);
  }
  return 0;
}
