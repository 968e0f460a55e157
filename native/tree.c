#include "tree.h"

#include "syscalls.h"
#include "text.h"

int is_dots(const char *name) { return equal(name, ".") || equal(name, ".."); }

long next_component(const char **path, char component[NAME_SIZE]) {
  const char *at = *path;
  size_t length = 0;
  for (;;) {
    while (*at == '/') at++;
    if (at[0] == '.' && (at[1] == '/' || at[1] == 0)) at++;
    else break;
  }
  while (*at && *at != '/') {
    if (length == NAME_SIZE - 1) return -ENAMETOOLONG;
    component[length++] = *at++;
  }
  component[length] = 0;
  *path = at;
  if (equal(component, "..")) return -EINVAL;
  return length > 0;
}

long for_each_name(int directory, long (*visit)(const char *name, void *context), void *context) {
  char entries[1024] __attribute__((aligned(8)));
  long fd = sys_openat(directory, ".", O_RDONLY | O_DIRECTORY, 0), error = fd < 0 ? fd : 0, size;
  while (error == 0 && (size = sys_getdents((int)fd, entries, sizeof entries)) != 0) {
    if (size < 0) error = size;
    for (long at = 0; error == 0 && at < size;) {
      struct directory_entry *entry = (struct directory_entry *)(entries + at);
      at += entry->size;
      if (!is_dots(entry->name)) error = visit(entry->name, context);
    }
  }
  if (fd >= 0) sys_close((int)fd);
  return error;
}

long remove_tree(int directory, const char *name) {
  long fd = sys_openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
  if (fd < 0) {
    long error = sys_unlinkat(directory, name, 0);
    return error == -ENOENT ? 0 : error;
  }
  long error = 0, size;
  char entries[1024] __attribute__((aligned(8)));
  do {
    /* From the start again after each removal round: positions in a directory that shrinks mean nothing. */
    int removed = 0;
    sys_lseek((int)fd, 0, 0);
    while (error == 0 && (size = sys_getdents((int)fd, entries, sizeof entries)) > 0) {
      for (long at = 0; error == 0 && at < size;) {
        struct directory_entry *entry = (struct directory_entry *)(entries + at);
        at += entry->size;
        if (is_dots(entry->name)) continue;
        error = remove_tree((int)fd, entry->name);
        removed = 1;
      }
    }
    if (!removed) break;
  } while (error == 0);
  sys_close((int)fd);
  return error < 0 ? error : sys_unlinkat(directory, name, AT_REMOVEDIR);
}
