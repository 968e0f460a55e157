#include "group.h"

#include "syscalls.h"
#include "text.h"
#include "tree.h"

enum {
  READ_WRITE = 0660,
  DIRECTORY_BITS = READ_WRITE | 02110,
  KEEP_OWNER = -1,
};

struct walk {
  int directory;
  unsigned gid;
  int depth;
};

static unsigned wanted_bits(const struct statx *found) {
  return (found->stx_mode & S_IFMT) == S_IFDIR ? DIRECTORY_BITS : READ_WRITE;
}

static long look_at(int fd, struct statx *found) {
  return sys_statx(fd, "", AT_EMPTY_PATH, STATX_TYPE | STATX_MODE | STATX_GID, found);
}

/* By its descriptor alone (O_PATH): whoever else uses the volume cannot put a link in its place meanwhile. */
static long change(int fd, const struct statx *found, unsigned gid) {
  unsigned mode = found->stx_mode & 07777, bits = wanted_bits(found);
  long error = 0;
  if (found->stx_gid != gid) error = sys_fchownat(fd, "", (unsigned)KEEP_OWNER, gid, AT_EMPTY_PATH);
  if (error < 0 || (found->stx_mode & S_IFMT) == S_IFLNK) return error;
  /* Also when the bits were there: a change of owner may have cleared some. */
  if (found->stx_gid == gid && (mode & bits) == bits) return 0;
  struct line path;
  path.size = 0;
  add_text(&path, "/proc/self/fd/");
  add_number(&path, fd);
  path.bytes[path.size] = 0;
  return sys_fchmodat(AT_FDCWD, path.bytes, (int)(mode | bits));
}

static long give_name(const char *name, void *context) {
  const struct walk *walk = context;
  if (walk->depth == 0) return -ENAMETOOLONG;
  long fd = sys_openat(walk->directory, name, O_PATH | O_NOFOLLOW, 0);
  if (fd == -ENOENT) return 0;
  if (fd < 0) return fd;
  struct statx found;
  long error = look_at((int)fd, &found);
  if (error == 0 && (found.stx_mode & S_IFMT) == S_IFDIR) {
    struct walk below = {(int)fd, walk->gid, walk->depth - 1};
    error = for_each_name((int)fd, give_name, &below);
  }
  if (error == 0) error = change((int)fd, &found, walk->gid);
  sys_close((int)fd);
  return error;
}

long give_to_group(int root, unsigned gid) {
  struct walk walk = {root, gid, TREE_DEPTH};
  struct statx found;
  long error = for_each_name(root, give_name, &walk);
  if (error == 0) error = look_at(root, &found);
  return error < 0 ? error : change(root, &found, gid);
}

int is_given_to_group(int root, unsigned gid) {
  struct statx found;
  if (look_at(root, &found) < 0) return 0;
  return found.stx_gid == gid && (found.stx_mode & DIRECTORY_BITS) == DIRECTORY_BITS;
}
