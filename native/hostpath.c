/*
 * What a path is on the engine's host, for the types of hostPath volumes. The agent may be on another machine, so this
 * runs in a container that has the host's root mounted, and makes that its own root: links lead where they do there.
 *
 *   pause hostpath ROOT look|directory|file PATH ...
 *
 * `directory` makes a missing directory with its parents, `file` a missing empty file. One line for each path: the
 * kind of what is there, "missing", or "error-ERRNO".
 */
#include "commands.h"
#include "syscalls.h"
#include "text.h"
#include "tree.h"

static const char *kind_of(unsigned mode) {
  switch (mode & S_IFMT) {
    case S_IFDIR: return "directory";
    case S_IFREG: return "file";
    case S_IFSOCK: return "socket";
    case S_IFCHR: return "chardevice";
    case S_IFBLK: return "blockdevice";
    default: return "other";
  }
}

/* Each prefix of the path in turn; what is there already is fine. */
static long make_directories(const char *path) {
  struct line prefix;
  prefix.size = 0;
  while (*path) {
    char component[NAME_SIZE];
    long found = next_component(&path, component);
    if (found < 0) return found;
    if (found == 0) break;
    add_text(&prefix, "/");
    add_text(&prefix, component);
    prefix.bytes[prefix.size] = 0;
    long error = sys_mkdirat(AT_FDCWD, prefix.bytes, 0755);
    if (error < 0 && error != -EEXIST) return error;
  }
  return 0;
}

static long make_file(const char *path) {
  long fd = sys_openat(AT_FDCWD, path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0644);
  if (fd < 0) return fd;
  sys_close((int)fd);
  return 0;
}

static void look(const char *make, const char *path) {
  struct statx found;
  long error = sys_statx(AT_FDCWD, path, 0, STATX_TYPE, &found);
  if (error == -ENOENT && !equal(make, "look")) {
    error = equal(make, "file") ? make_file(path) : make_directories(path);
    if (error == 0) error = sys_statx(AT_FDCWD, path, 0, STATX_TYPE, &found);
  }
  struct line line;
  line.size = 0;
  if (error == -ENOENT) add_text(&line, "missing");
  else if (error < 0) {
    add_text(&line, "error-");
    add_number(&line, -error);
  } else add_text(&line, kind_of(found.stx_mode));
  print_line(STDOUT, &line);
}

int run_hostpath(int count, char **arguments) {
  sys_umask(0);
  long error = sys_chroot(arguments[0]);
  if (error < 0) return fail(STDERR, "enter", arguments[0], error);
  for (int i = 1; i < count; i += 2) look(arguments[i], arguments[i + 1]);
  return 0;
}
