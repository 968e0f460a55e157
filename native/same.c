#include "same.h"

#include "syscalls.h"
#include "text.h"
#include "tree.h"

struct pair {
  int a;
  int b;
  int depth;
};

static int same_bytes(const char *a, const char *b, long size) {
  for (long i = 0; i < size; i++)
    if (a[i] != b[i]) return 0;
  return 1;
}

/* Regular files of the same size. */
static int same_contents(int a, int b) {
  static char ours[16 * 1024], theirs[sizeof ours];
  for (;;) {
    long size = sys_read(a, ours, sizeof ours);
    if (size <= 0) return size == 0;
    for (long got = 0; got < size;) {
      long more = sys_read(b, theirs + got, (size_t)(size - got));
      if (more <= 0) return 0;
      got += more;
    }
    if (!same_bytes(ours, theirs, size)) return 0;
  }
}

static int same_targets(const struct pair *pair, const char *name) {
  char ours[1024], theirs[sizeof ours];
  long size = sys_readlinkat(pair->a, name, ours, sizeof ours);
  return size >= 0 && sys_readlinkat(pair->b, name, theirs, sizeof theirs) == size && same_bytes(ours, theirs, size);
}

static int same_below(int a, int b, int depth);

static long compare_name(const char *name, void *context) {
  const struct pair *pair = context;
  const unsigned mask = STATX_TYPE | STATX_MODE | STATX_UID | STATX_GID | STATX_SIZE;
  struct statx a, b;
  if (pair->depth == 0 || sys_statx(pair->a, name, AT_SYMLINK_NOFOLLOW, mask, &a) < 0) return -EINVAL;
  if (sys_statx(pair->b, name, AT_SYMLINK_NOFOLLOW, mask, &b) < 0) return -EINVAL;
  if (a.stx_mode != b.stx_mode || a.stx_uid != b.stx_uid || a.stx_gid != b.stx_gid) return -EINVAL;
  unsigned kind = a.stx_mode & S_IFMT;
  if (kind == S_IFLNK) return same_targets(pair, name) ? 0 : -EINVAL;
  if (kind == S_IFREG && a.stx_size != b.stx_size) return -EINVAL;
  long ours = sys_openat(pair->a, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
  long theirs = sys_openat(pair->b, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
  int same = 0;
  if (ours >= 0 && theirs >= 0)
    same = kind == S_IFDIR ? same_below((int)ours, (int)theirs, pair->depth - 1) : same_contents((int)ours, (int)theirs);
  if (ours >= 0) sys_close((int)ours);
  if (theirs >= 0) sys_close((int)theirs);
  return same ? 0 : -EINVAL;
}

/* Both ways: a name that only one of them has is a difference. */
static int same_below(int a, int b, int depth) {
  struct pair forth = {a, b, depth}, back = {b, a, depth};
  return for_each_name(a, compare_name, &forth) == 0 && for_each_name(b, compare_name, &back) == 0;
}

int same_trees(int a, int b) {
  struct statx ours, theirs;
  const unsigned mask = STATX_MODE | STATX_UID | STATX_GID;
  if (sys_statx(a, "", AT_EMPTY_PATH, mask, &ours) < 0 || sys_statx(b, "", AT_EMPTY_PATH, mask, &theirs) < 0) return 0;
  if (ours.stx_mode != theirs.stx_mode || ours.stx_uid != theirs.stx_uid || ours.stx_gid != theirs.stx_gid) return 0;
  return same_below(a, b, TREE_DEPTH);
}
