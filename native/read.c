/*
 * The end of a file a container wrote, such as its termination message. The container chose what lies there: a link
 * could point to another pod's secret, a pipe or a device could block or never end.
 */
#include "commands.h"
#include "syscalls.h"
#include "text.h"

static char buffer[16 * 1024];

int run_read(int count, char **arguments) {
  (void)count;
  const char *path = arguments[0], *limit_text = arguments[1];
  long limit = parse_number(&limit_text, 10, 0);
  if (limit < 0) return fail(STDERR, "parse limit for", path, EINVAL);
  long fd = sys_openat(AT_FDCWD, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
  if (fd < 0) return fail(STDERR, "open", path, fd);
  struct statx found;
  long error = sys_statx((int)fd, "", AT_EMPTY_PATH, STATX_TYPE | STATX_SIZE, &found);
  if (error < 0) return fail(STDERR, "stat", path, error);
  if ((found.stx_mode & S_IFMT) != S_IFREG) return fail(STDERR, "read irregular file", path, EINVAL);
  if ((long)found.stx_size > limit) sys_lseek((int)fd, (long)found.stx_size - limit, 0);
  /* Never more than the limit, also when the file grows meanwhile. */
  while (limit > 0) {
    size_t wanted = limit < (long)sizeof buffer ? (size_t)limit : sizeof buffer;
    long size = sys_read((int)fd, buffer, wanted);
    if (size < 0) return fail(STDERR, "read", path, size);
    if (size == 0) break;
    error = write_all(STDOUT, buffer, (size_t)size);
    if (error < 0) return fail(STDERR, "write contents of", path, error);
    limit -= size;
  }
  return 0;
}
