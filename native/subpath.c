/*
 * A part of a volume that a container is to have as a mount of its own (subPath). Containers write into volumes, so a link
 * may stand anywhere in it: one that stays inside is followed, as a key of a ConfigMap is one; any other ends it. What does
 * not exist is made, as directories with the mode of the volume's root.
 *
 * Prints the path without links. Every look starts at the open root and follows no link by itself, so that nobody who
 * changes the volume meanwhile leads this out of it.
 * Source: kubelet pkg/volume/util/subpath/subpath_linux.go
 */
#include "commands.h"
#include "syscalls.h"
#include "text.h"
#include "tree.h"

enum { PATH_SIZE = 4096, MAX_LINKS = 40 };

static const char *const OUTSIDE = "find inside the volume";

/* Appends what fits; 0 or -ENAMETOOLONG. */
static long append(char *path, size_t size, const char *text) {
  size_t length = length_of(path), more = length_of(text);
  if (length + more >= size) return -ENAMETOOLONG;
  memcpy(path + length, text, more + 1);
  return 0;
}

static long push(char *path, const char *component) {
  long error = *path ? append(path, PATH_SIZE, "/") : 0;
  return error < 0 ? error : append(path, PATH_SIZE, component);
}

/* Takes the last component off. -EXDEV at the root: that way leads out. */
static long pop(char *path) {
  if (!*path) return -EXDEV;
  size_t length = length_of(path);
  while (length > 0 && path[length - 1] != '/') length--;
  path[length > 0 ? length - 1 : 0] = 0;
  return 0;
}

/* Opens a directory by a path that has no links in it; if it has one by now, that is not what was looked at. */
static long open_plain(int root, const char *path) {
  char component[NAME_SIZE];
  long fd = sys_openat(root, ".", O_RDONLY | O_DIRECTORY, 0), found;
  while (fd >= 0 && (found = next_component(&path, component)) != 0) {
    long child = found < 0 ? found : sys_openat((int)fd, component, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
    sys_close((int)fd);
    fd = child;
  }
  return fd;
}

/* Looks at one component below `done`; a link's target is put before what is left to do. Returns 0 or -errno. */
static long step(int root, char *done, const char *component, char *rest, int *links, int mode) {
  char target[PATH_SIZE];
  if (equal(component, "..")) return pop(done);
  long parent = open_plain(root, done);
  if (parent < 0) return parent;
  long size = sys_readlinkat((int)parent, component, target, sizeof target - 1);
  if (size == -ENOENT && *links == 0) {
    /* Where a link leads to nothing, nothing is made: it may be about to lead elsewhere. */
    size = sys_mkdirat((int)parent, component, mode);
    long made = size < 0 ? size : sys_openat((int)parent, component, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
    /* Not by mkdir: it leaves out the set-group-id bit. */
    if (made >= 0) size = sys_fchmod((int)made, mode);
    if (made >= 0) sys_close((int)made);
    if (size == 0) size = -EINVAL;
  }
  sys_close((int)parent);
  /* Not a link. */
  if (size == -EINVAL) return push(done, component);
  if (size < 0) return size;
  target[size] = 0;
  if (*target == '/') return -EXDEV;
  if (++*links > MAX_LINKS) return -ELOOP;
  long error = append(target, sizeof target, "/");
  if (error == 0) error = append(target, sizeof target, rest);
  if (error == 0) memcpy(rest, target, length_of(target) + 1);
  return error;
}

/* next_component refuses "..", which in a link's target may be right. */
static long take_component(char *rest, char component[NAME_SIZE]) {
  const char *at = rest;
  long found = next_component(&at, component);
  if (found == -EINVAL) found = 1;
  if (found == 1) {
    size_t i = 0;
    do rest[i] = at[i];
    while (at[i++]);
  }
  return found;
}

int run_subpath(int count, char **arguments) {
  (void)count;
  static char done[PATH_SIZE], rest[PATH_SIZE];
  char component[NAME_SIZE];
  const char *path = arguments[0];
  struct statx found;
  sys_umask(0);
  long root = sys_openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
  if (root < 0) return fail(STDERR, "open", path, root);
  long error = sys_statx((int)root, "", AT_EMPTY_PATH, STATX_MODE, &found);
  if (error < 0) return fail(STDERR, "look at", path, error);
  error = *arguments[1] == '/' ? -EXDEV : append(rest, sizeof rest, arguments[1]);
  int links = 0;
  long more = 1;
  while (error == 0 && (more = take_component(rest, component)) == 1)
    error = step((int)root, done, component, rest, &links, found.stx_mode & 07777);
  if (error == 0) error = more;
  if (error < 0) return fail(STDERR, error == -EXDEV ? OUTSIDE : "find", arguments[1], error);
  struct line line;
  line.size = 0;
  add_text(&line, *done ? done : ".");
  print_line(STDOUT, &line);
  return 0;
}
