/*
 * Projected volumes (ConfigMap, Secret, downwardAPI) as a kubelet lays them out, so that readers see either all old or
 * all new files and a running container sees the change:
 *
 *   DIRECTORY/..STAMP/key      the files, from the tar on stdin, with owners and modes
 *   DIRECTORY/..data           a link to ..STAMP, replaced by one rename: the moment of change
 *   DIRECTORY/key              a link to ..data/key
 *
 * Before the rename nothing a reader looks at is touched, so this may fail or be killed at any moment; what it left is
 * removed by the next one. Every other name that begins with two dots belongs to this program. New contents that are the
 * old ones are thrown away: a reader that watches ..data sees changes only.
 *
 * The tar comes from the agent, but names in it come from users, and a volume may hold links made by a container:
 * no path is followed through a link, and none may leave the new directory.
 */
#include "commands.h"
#include "same.h"
#include "syscalls.h"
#include "tar.h"
#include "text.h"
#include "tree.h"

/* Relative and without "..": wherever the link stands, it stays inside. */
static long check_link_target(const char *target) {
  char component[NAME_SIZE];
  long found;
  if (*target == '/' || *target == 0) return -EINVAL;
  while ((found = next_component(&target, component)) == 1) continue;
  return found;
}

/*
 * Opens the directory an entry belongs in, making missing ones, and leaves the last component in `leaf` (empty for
 * the root itself). Returns the descriptor or -errno.
 */
static long open_parent(int root, const char *path, char leaf[NAME_SIZE]) {
  char next[NAME_SIZE];
  if (*path == '/') return -EINVAL;
  long found = next_component(&path, leaf);
  if (found < 0) return found;
  /* Names of ours, see above. */
  if (starts_with(leaf, "..")) return -EINVAL;
  long fd = sys_openat(root, ".", O_RDONLY | O_DIRECTORY, 0);
  while (fd >= 0 && (found = next_component(&path, next)) != 0) {
    long child = found;
    if (found == 1) {
      sys_mkdirat((int)fd, leaf, 0755);
      child = sys_openat((int)fd, leaf, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
      memcpy(leaf, next, NAME_SIZE);
    }
    sys_close((int)fd);
    fd = child;
  }
  return fd;
}

static long write_file(int parent, const char *leaf, struct tar_entry *entry) {
  long fd = sys_openat(parent, leaf, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
  if (fd < 0) return fd;
  long error = tar_content(entry, (int)fd);
  /* Owner first: changing it clears set-id bits. */
  if (error == 0) error = sys_fchown((int)fd, entry->uid, entry->gid);
  if (error == 0) error = sys_fchmod((int)fd, entry->mode);
  sys_close((int)fd);
  return error;
}

static long write_directory(int parent, const char *leaf, const struct tar_entry *entry) {
  long error = *leaf ? sys_mkdirat(parent, leaf, 0755) : 0;
  if (error < 0 && error != -EEXIST) return error;
  long fd = sys_openat(parent, *leaf ? leaf : ".", O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
  if (fd < 0) return fd;
  error = sys_fchown((int)fd, entry->uid, entry->gid);
  if (error == 0) error = sys_fchmod((int)fd, entry->mode);
  sys_close((int)fd);
  return error;
}

static long write_link(int parent, const char *leaf, const struct tar_entry *entry) {
  long error = check_link_target(entry->target);
  if (error == 0) error = sys_symlinkat(entry->target, parent, leaf);
  if (error == 0) error = sys_fchownat(parent, leaf, entry->uid, entry->gid, AT_SYMLINK_NOFOLLOW);
  return error;
}

static long write_entry(int root, struct tar_entry *entry) {
  char leaf[NAME_SIZE];
  long parent = open_parent(root, entry->path, leaf);
  if (parent < 0) return parent;
  long error;
  if (entry->type == TAR_DIRECTORY) error = write_directory((int)parent, leaf, entry);
  else if (!*leaf) error = -EINVAL;
  else if (entry->type == TAR_SYMLINK) error = write_link((int)parent, leaf, entry);
  else error = write_file((int)parent, leaf, entry);
  sys_close((int)parent);
  return error;
}

/* Fills `root` from stdin. On failure entry->path is the entry it was about. */
static long extract(int root, struct tar_entry *entry) {
  long found;
  while ((found = tar_next(entry)) == 1) {
    long error = write_entry(root, entry);
    if (error < 0) return error;
  }
  return found;
}

/* Makes ..data point to `name`. The rename replaces the old link in one step. */
static long swap(int directory, const char *name) {
  long error = remove_tree(directory, "..data_tmp");
  if (error == 0) error = sys_symlinkat(name, directory, "..data_tmp");
  if (error == 0) error = sys_renameat(directory, "..data_tmp", "..data");
  return error;
}

/* Puts what ..data points to into `name` and opens it, or returns -errno. */
static long open_current(int directory, char name[NAME_SIZE]) {
  long size = sys_readlinkat(directory, "..data", name, NAME_SIZE - 1);
  if (size < 0) return size;
  name[size] = 0;
  if (!starts_with(name, "..")) return -EINVAL;
  for (const char *at = name; *at; at++)
    if (*at == '/') return -EINVAL;
  return sys_openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
}

/* Whether DIRECTORY/name is a link to ..data/name, which only this program makes. */
static int is_our_link(int directory, const char *name) {
  char target[NAME_SIZE + 8];
  long size = sys_readlinkat(directory, name, target, sizeof target - 1);
  if (size < 0) return 0;
  target[size] = 0;
  return starts_with(target, "..data/") && equal(target + 7, name);
}

static long link_name(int directory, const char *name) {
  struct line target;
  target.size = 0;
  add_text(&target, "..data/");
  add_text(&target, name);
  target.bytes[target.size] = 0;
  long error = sys_symlinkat(target.bytes, directory, name);
  return error == -EEXIST ? 0 : error;
}

static int exists(int directory, const char *name) {
  struct statx found;
  return sys_statx(directory, name, AT_SYMLINK_NOFOLLOW, STATX_TYPE, &found) == 0;
}

struct volume {
  int directory;
  /* The new contents: name and open directory. */
  const char *name;
  int root;
};

static long publish_name(const char *name, void *context) {
  struct volume *volume = context;
  return link_name(volume->directory, name);
}

/* Old contents, leftovers of a killed run, and links to keys that are no more. */
static long retire_name(const char *name, void *context) {
  struct volume *volume = context;
  if (equal(name, "..data") || equal(name, volume->name)) return 0;
  if (starts_with(name, "..")) return remove_tree(volume->directory, name);
  if (!is_our_link(volume->directory, name) || exists(volume->root, name)) return 0;
  return sys_unlinkat(volume->directory, name, 0);
}

int run_unpack(int count, char **arguments) {
  (void)count;
  static struct tar_entry entry;
  const char *path = arguments[0], *stamp = arguments[1];
  struct line name;
  name.size = 0;
  add_text(&name, "..");
  add_text(&name, stamp);
  name.bytes[name.size] = 0;
  for (const char *at = stamp; *at; at++)
    if (*at == '/') return fail(STDERR, "use stamp", stamp, EINVAL);
  if (length_of(stamp) < 1 || length_of(stamp) > 64 || starts_with(stamp, "data")) return fail(STDERR, "use stamp", stamp, EINVAL);

  sys_umask(0);
  long directory = sys_openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
  if (directory < 0) return fail(STDERR, "open", path, directory);
  struct volume volume = {(int)directory, name.bytes, -1};
  long error = sys_mkdirat(volume.directory, volume.name, 0755);
  if (error < 0) return fail(STDERR, "make directory", volume.name, error);
  volume.root = (int)sys_openat(volume.directory, volume.name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
  error = volume.root < 0 ? volume.root : extract(volume.root, &entry);
  if (error < 0) {
    remove_tree(volume.directory, volume.name);
    return fail(STDERR, "unpack", entry.path, error);
  }
  char current[NAME_SIZE];
  long before = open_current(volume.directory, current);
  if (before >= 0 && same_trees(volume.root, (int)before)) {
    error = remove_tree(volume.directory, volume.name);
    volume.name = current;
    volume.root = (int)before;
  } else error = swap(volume.directory, volume.name);
  if (error < 0) return fail(STDERR, "swap ..data in", path, error);
  error = for_each_name(volume.root, publish_name, &volume);
  if (error == 0) error = for_each_name(volume.directory, retire_name, &volume);
  return error < 0 ? fail(STDERR, "publish names in", path, error) : 0;
}
