/*
 * The end of a command that was started in a container, however deaf it is to signals: itself, what descends from it, and
 * what is left in its session (the engine makes every exec the leader of one) though the parent is gone. A process that
 * made itself a daemon, with a session and a parent of its own, is not found; it wanted to outlive the command.
 *
 * Runs in a container that sees the engine's processes (pid: host). The same as src/docker/end-processes.ts, for engines
 * whose processes are not those of the agent's host.
 */
#include "commands.h"
#include "syscalls.h"
#include "text.h"

enum { LIMIT = 4096, ROUNDS = 100 };

static long members[LIMIT];
static size_t member_count;

static int is_member(long pid) {
  for (size_t i = 0; i < member_count; i++)
    if (members[i] == pid) return 1;
  return 0;
}

/* The beginning of /proc/PID/NAME as text. Returns its length, or negative when the process is gone. */
static long read_about(const char *pid, const char *name, char *buffer, size_t size) {
  struct line path;
  path.size = 0;
  add_text(&path, "/proc/");
  add_text(&path, pid);
  add_text(&path, name);
  path.bytes[path.size] = 0;
  long fd = sys_openat(AT_FDCWD, path.bytes, O_RDONLY, 0);
  if (fd < 0) return fd;
  long got = sys_read((int)fd, buffer, size - 1);
  sys_close((int)fd);
  buffer[got < 0 ? 0 : got] = 0;
  return got;
}

static int contains(const char *text, const char *part) {
  for (; *text; text++)
    if (starts_with(text, part)) return 1;
  return 0;
}

/* "4711 (any (thing)) S PARENT GROUP SESSION ...": the name may hold anything, so what follows its last parenthesis. */
static int belongs(const char *pid, long root) {
  char stat[512];
  if (read_about(pid, "/stat", stat, sizeof stat) < 0) return 0;
  const char *at = 0;
  for (const char *c = stat; *c; c++)
    if (*c == ')') at = c;
  if (!at || !at[1] || !at[2] || !at[3]) return 0;
  at += 4;
  long parent = parse_number(&at, 10, ' ');
  long group = parent < 0 ? -1 : parse_number(&at, 10, ' ');
  long session = group < 0 ? -1 : parse_number(&at, 10, ' ');
  return session == root || is_member(parent);
}

/* Stops every process that belongs and was not known: what stands still starts nothing new. Returns how many. */
static long stop_new(long root) {
  static char entries[32 * 1024];
  long found = 0;
  long fd = sys_openat(AT_FDCWD, "/proc", O_RDONLY | O_DIRECTORY, 0);
  if (fd < 0) return fd;
  for (;;) {
    long size = sys_getdents((int)fd, entries, sizeof entries);
    if (size <= 0) break;
    for (long at = 0; at < size;) {
      struct directory_entry *entry = (struct directory_entry *)(entries + at);
      at += entry->size;
      const char *name = entry->name;
      long pid = parse_number(&name, 10, 0);
      if (pid < 0 || member_count == LIMIT || is_member(pid) || !belongs(entry->name, root)) continue;
      members[member_count++] = pid;
      sys_kill(pid, SIGNAL_STOP);
      found++;
    }
  }
  sys_close((int)fd);
  return found;
}

int run_end(int count, char **arguments) {
  (void)count;
  const char *text = arguments[0];
  long root = parse_number(&text, 10, 0);
  if (root < 2) return fail(STDERR, "parse pid", arguments[0], EINVAL);
  char cgroup[4096];
  if (read_about(arguments[0], "/cgroup", cgroup, sizeof cgroup) < 0) return 0;
  if (!contains(cgroup, arguments[1])) return fail(STDERR, "recognise process", arguments[0], ESRCH);
  members[member_count++] = root;
  long error = sys_kill(root, SIGNAL_STOP);
  if (error == -ESRCH) return 0;
  if (error < 0) return fail(STDERR, "stop process", arguments[0], error);
  for (int round = 0; round < ROUNDS && stop_new(root) > 0; round++) continue;
  for (size_t i = 0; i < member_count; i++) sys_kill(members[i], SIGNAL_KILL);
  return 0;
}
