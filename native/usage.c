/* What volumes take up on disk, for the limits of emptyDir. Links are not followed; what is gone meanwhile is nothing. */
#include "commands.h"
#include "syscalls.h"
#include "text.h"
#include "tree.h"

enum { BLOCK = 512 };

struct sum {
  int directory;
  int depth;
  uint64_t *bytes;
};

static long add_name(const char *name, void *context) {
  const struct sum *sum = context;
  struct statx found;
  if (sum->depth == 0) return -ENAMETOOLONG;
  long error = sys_statx(sum->directory, name, AT_SYMLINK_NOFOLLOW, STATX_TYPE | STATX_BLOCKS | STATX_NLINK, &found);
  if (error < 0) return error == -ENOENT ? 0 : error;
  int is_directory = (found.stx_mode & S_IFMT) == S_IFDIR;
  /* A file of several names counts once, in parts. */
  unsigned names = is_directory || found.stx_nlink == 0 ? 1 : found.stx_nlink;
  *sum->bytes += found.stx_blocks * BLOCK / names;
  if (!is_directory) return 0;
  long fd = sys_openat(sum->directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
  if (fd < 0) return fd == -ENOENT || fd == -ENOTDIR || fd == -ELOOP ? 0 : fd;
  struct sum below = {(int)fd, sum->depth - 1, sum->bytes};
  error = for_each_name((int)fd, add_name, &below);
  sys_close((int)fd);
  return error;
}

int run_usage(int count, char **arguments) {
  for (int i = 0; i < count; i++) {
    uint64_t bytes = 0;
    long fd = sys_openat(AT_FDCWD, arguments[i], O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
    if (fd < 0) return fail(STDERR, "open", arguments[i], fd);
    struct sum sum = {(int)fd, TREE_DEPTH, &bytes};
    long error = for_each_name((int)fd, add_name, &sum);
    if (error < 0) return fail(STDERR, "measure", arguments[i], error);
    sys_close((int)fd);
    struct line line;
    line.size = 0;
    add_number(&line, (long)bytes);
    print_line(STDOUT, &line);
  }
  return 0;
}
