/*
 * Volume roots get owner and mode here, before "ready" and so before any other container of the pod starts. Doing it
 * while PID 1 starts costs nothing; an exec into the sandbox would cost 25 to 50 ms for each pod.
 *
 *   MODE:UID:GID:PATH                 a volume of this pod: owner and octal mode of its root, whatever it was
 *   keep:GID:always|mismatch:PATH     a volume that outlives pods: it keeps its owners and modes, but is given to the
 *                                     group, always or when its root is not yet; GID may be "-". While it is empty
 *                                     everybody may write to it.
 */
#include "commands.h"
#include "group.h"
#include "hosts.h"
#include "syscalls.h"
#include "text.h"
#include "tree.h"

/* A volume root is a mount point: a link in its place is not ours. */
static long open_root(const char *path) { return sys_openat(AT_FDCWD, path, O_RDONLY | O_NOFOLLOW, 0); }

static int set_owner(const char *argument) {
  const char *at = argument;
  long mode = parse_number(&at, 8, ':');
  long uid = mode < 0 ? -1 : parse_number(&at, 10, ':');
  long gid = uid < 0 ? -1 : parse_number(&at, 10, ':');
  if (gid < 0 || mode > 07777 || uid > UINT32_MAX || gid > UINT32_MAX) return fail(STDOUT, "parse", argument, EINVAL);
  long fd = open_root(at);
  if (fd < 0) return fail(STDOUT, "open", at, fd);
  /* In this order: changing the owner clears the set-group-id bit that fsGroup needs. */
  long error = sys_fchown((int)fd, (unsigned)uid, (unsigned)gid);
  if (error < 0) return fail(STDOUT, "chown", at, error);
  error = sys_fchmod((int)fd, (int)mode);
  if (error < 0) return fail(STDOUT, "chmod", at, error);
  sys_close((int)fd);
  return 0;
}

static long found_one(const char *name, void *context) {
  (void)name;
  (void)context;
  return -EEXIST;
}

static int keep(const char *argument) {
  const char *at = argument + length_of("keep:");
  long gid = -1;
  if (starts_with(at, "-:")) at += 2;
  else if ((gid = parse_number(&at, 10, ':')) < 0 || gid > UINT32_MAX) return fail(STDOUT, "parse", argument, EINVAL);
  int always = starts_with(at, "always:");
  if (!always && !starts_with(at, "mismatch:")) return fail(STDOUT, "parse", argument, EINVAL);
  while (*at++ != ':') continue;
  long fd = open_root(at);
  if (fd < 0) return fail(STDOUT, "open", at, fd);
  long error = for_each_name((int)fd, found_one, 0);
  if (error == 0) error = sys_fchmod((int)fd, 0777);
  if (error < 0 && error != -EEXIST) return fail(STDOUT, "open to everybody", at, error);
  if (gid >= 0 && (always || !is_given_to_group((int)fd, (unsigned)gid))) {
    error = give_to_group((int)fd, (unsigned)gid);
    if (error < 0) return fail(STDOUT, "give to the group", at, error);
  }
  sys_close((int)fd);
  return 0;
}

int run_hold(int count, char **arguments) {
  /* A SIGTERM that comes during the preparations must wait for run_init, not be lost (see there). */
  sys_block_signals(signal_bit(SIGNAL_INT) | signal_bit(SIGNAL_TERM) | signal_bit(SIGNAL_CHILD) | signal_bit(SIGNAL_PIPE));
  for (int i = 0; i < count; i++) {
    const char *argument = arguments[i];
    int code = starts_with(argument, "file:")   ? replace_file(argument + 5)
               : starts_with(argument, "keep:") ? keep(argument)
                                                : set_owner(argument);
    if (code != 0) return code;
  }
  write_all(STDOUT, "ready\n", 6);
  return run_init();
}
