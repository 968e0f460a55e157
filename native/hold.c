/*
 * Volume roots get owner and mode here, before "ready" and so before any other container of the pod starts. Doing it
 * while PID 1 starts costs nothing; an exec into the sandbox would cost 25 to 50 ms for each pod.
 */
#include "commands.h"
#include "syscalls.h"
#include "text.h"

static int prepare(const char *argument) {
  const char *at = argument;
  long mode = parse_number(&at, 8, ':');
  long uid = mode < 0 ? -1 : parse_number(&at, 10, ':');
  long gid = uid < 0 ? -1 : parse_number(&at, 10, ':');
  if (gid < 0 || mode > 07777 || uid > UINT32_MAX || gid > UINT32_MAX) return fail(STDOUT, "parse", argument, EINVAL);
  /* A volume root is a mount point: a link in its place is not ours. */
  long fd = sys_openat(AT_FDCWD, at, O_RDONLY | O_NOFOLLOW, 0);
  if (fd < 0) return fail(STDOUT, "open", at, fd);
  /* In this order: changing the owner clears the set-group-id bit that fsGroup needs. */
  long error = sys_fchown((int)fd, (unsigned)uid, (unsigned)gid);
  if (error < 0) return fail(STDOUT, "chown", at, error);
  error = sys_fchmod((int)fd, (int)mode);
  if (error < 0) return fail(STDOUT, "chmod", at, error);
  sys_close((int)fd);
  return 0;
}

int run_hold(int count, char **arguments) {
  /* A SIGTERM that comes during the preparations must wait for run_init, not be lost (see there). */
  sys_block_signals(signal_bit(SIGNAL_INT) | signal_bit(SIGNAL_TERM) | signal_bit(SIGNAL_CHILD) | signal_bit(SIGNAL_PIPE));
  for (int i = 0; i < count; i++) {
    int code = prepare(arguments[i]);
    if (code != 0) return code;
  }
  write_all(STDOUT, "ready\n", 6);
  return run_init();
}
