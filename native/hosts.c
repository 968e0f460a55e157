/*
 * The files of /etc that say who a pod is. The engine writes them for the sandbox and mounts the same files into every
 * container that joins it; what the kubelet writes is put in their place here, once the addresses are known.
 *
 * The text comes from the agent. A line "@FILE" stands for what the engine had written, "@FILE WORD" for those of its lines
 * that begin with the word, and a line that begins with "@IP" is written once for every address of the pod: those the
 * engine's own file gives to the pod's host name.
 */
#include "hosts.h"

#include "syscalls.h"
#include "text.h"

/* A longer file, on the host network that of the host, is left as it is. */
static char old[1024 * 1024];
static size_t old_size;

struct utsname {
  char system[65];
  char node[65];
  char rest[4][65];
};

static int is_blank(char character) { return character == ' ' || character == '\t'; }

static const char *skip(const char *at, const char *end, int blank) {
  while (at < end && *at != '\n' && is_blank(*at) == blank) at++;
  return at;
}

static const char *line_end(const char *at, const char *end) {
  while (at < end && *at != '\n') at++;
  return at;
}

/* Whether the first name of the line "ADDRESS NAME..." is `name`; `address_end` is then where its address ends. */
static int names(const char *line, const char *end, const char *name, const char **address_end) {
  *address_end = skip(line, end, 0);
  const char *at = skip(*address_end, end, 1);
  while (at < end && *name && *at == *name) at++, name++;
  return *name == 0 && (at == end || *at == '\n' || is_blank(*at));
}

/* Writes `rest`, a line without its end, after every address of this host. */
static long write_addresses(int fd, const char *rest, size_t size) {
  struct utsname self;
  const char *end = old + old_size, *address_end;
  long error = sys_uname(&self);
  for (const char *line = old; error == 0 && line < end; line = line_end(line, end) + 1) {
    if (*line == '#' || !names(line, end, self.node, &address_end)) continue;
    error = write_all(fd, line, (size_t)(address_end - line));
    if (error == 0) error = write_all(fd, rest, size);
    if (error == 0) error = write_all(fd, "\n", 1);
  }
  return error;
}

/* The old lines that begin with `word`, which ends at `word_end`. */
static long write_old(int fd, const char *word, const char *word_end) {
  const char *end = old + old_size, *next;
  long error = 0;
  for (const char *line = old; error == 0 && line < end; line = next + 1) {
    const char *at = line, *wanted = word;
    next = line_end(line, end);
    while (wanted < word_end && at < next && *at == *wanted) at++, wanted++;
    if (wanted < word_end) continue;
    error = write_all(fd, line, (size_t)(next - line));
    if (error == 0) error = write_all(fd, "\n", 1);
  }
  return error;
}

static long write_text(int fd, const char *text) {
  const char *end = text + length_of(text);
  long error = 0;
  while (error == 0 && text < end) {
    const char *next = line_end(text, end);
    if (starts_with(text, "@FILE")) error = write_old(fd, skip(text + 5, next, 1), next);
    else if (starts_with(text, "@IP")) error = write_addresses(fd, text + 3, (size_t)(next - text - 3));
    else error = write_all(fd, text, (size_t)(next - text) + (next < end));
    text = next + 1;
  }
  return error;
}

/* Reads all of a file. Returns its size, or -errno, -EFBIG when it does not fit. */
static long read_old(const char *path) {
  long fd = sys_openat(AT_FDCWD, path, O_RDONLY | O_NOFOLLOW, 0), size = fd < 0 ? fd : 1;
  old_size = 0;
  while (size > 0) {
    size = sys_read((int)fd, old + old_size, sizeof old - old_size);
    if (size > 0) old_size += (size_t)size;
    if (size > 0 && old_size == sizeof old) size = -EFBIG;
  }
  if (fd >= 0) sys_close((int)fd);
  return size;
}

int replace_file(const char *argument) {
  char path[64];
  size_t length = 0;
  while (argument[length] && argument[length] != ':' && length < sizeof path - 1) {
    path[length] = argument[length];
    length++;
  }
  path[length] = 0;
  if (argument[length] != ':') return fail(STDOUT, "parse", path, EINVAL);
  long error = read_old(path);
  if (error == -EFBIG) return 0;
  if (error < 0) return fail(STDOUT, "read", path, error);
  /* In place: it is a mount point, and others have the same file. */
  long fd = sys_openat(AT_FDCWD, path, O_WRONLY | O_TRUNC | O_NOFOLLOW, 0);
  if (fd < 0) return fail(STDOUT, "open", path, fd);
  error = write_text((int)fd, argument + length + 1);
  sys_close((int)fd);
  return error < 0 ? fail(STDOUT, "write", path, error) : 0;
}
