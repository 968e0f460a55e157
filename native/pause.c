/*
 * The process that holds a pod's namespaces, and the few tools the agent needs inside a pod.
 *
 *   pause                                   be PID 1: reap zombies, exit 0 on SIGTERM or SIGINT
 *   pause hold [VOLUME | FILE ...]          prepare the volumes' roots (see hold.c) and the network files (see hosts.c),
 *                                           say "ready", then as above
 *   pause dial HOST PORT [SILENCE]          connect to HOST (a.b.c.d), copy stdin to it and it to stdout; after the end
 *                                           of stdin give up when it says nothing for SILENCE seconds (300)
 *   pause end PID TEXT                      kill the process with everything it started, if its cgroup contains TEXT
 *   pause read PATH LIMIT                   the last LIMIT bytes of a regular file
 *   pause unpack DIRECTORY STAMP            a tar from stdin becomes the new contents of a projected volume, at once
 *   pause subpath DIRECTORY PATH            make sure PATH is below DIRECTORY, print what it leads to
 *   pause usage DIRECTORY ...               bytes on disk below each, one line each
 *   pause hostpath ROOT MAKE PATH ...       what PATH is on the host whose root is mounted at ROOT (see hostpath.c)
 *   pause namespaces PID ...                the namespaces of processes, one line each
 *   pause version                           what this was built from
 *
 * Exit codes: 0 done, 1 failed with one line "error: WHAT PATH: errno N", 2 wrong usage; `dial` exits with the errno
 * of the connect. Errors go to stderr; those of `hold` to stdout, where its "ready" would have been.
 */
#include "commands.h"
#include "syscalls.h"
#include "text.h"

#ifndef PAUSE_SOURCE
#error "scripts/build-pause.sh passes the hash of the sources"
#endif

/* The kernel starts a program with argc and argv on the stack, which C cannot name. */
#if defined(__x86_64__)
__asm__(".globl _start\n_start: xor %ebp, %ebp\n mov %rsp, %rdi\n and $-16, %rsp\n call start\n");
#else
__asm__(".globl _start\n_start: mov x29, #0\n mov x30, #0\n mov x0, sp\n bl start\n");
#endif

static int print_version(void) {
  struct line line;
  line.size = 0;
  add_text(&line, "kubelette pause, sources " PAUSE_SOURCE);
  print_line(STDOUT, &line);
  return 0;
}

static int print_usage(void) {
  struct line line;
  line.size = 0;
  add_text(&line, "usage: pause [hold VOLUME... | dial HOST PORT [SILENCE] | end PID TEXT | read PATH LIMIT | "
                  "unpack DIRECTORY STAMP | subpath DIRECTORY PATH | usage DIRECTORY... | hostpath ROOT [MAKE PATH]... | "
                  "namespaces PID... | version]");
  print_line(STDERR, &line);
  return 2;
}

int run_init(void) {
  const uint64_t waited = signal_bit(SIGNAL_INT) | signal_bit(SIGNAL_TERM) | signal_bit(SIGNAL_CHILD);
  /*
   * A PID 1 gets no signal it has no handler for, except a blocked one, which is queued: so no handler is needed.
   * Blocking before the first look for zombies means that none can die unnoticed in between.
   */
  sys_block_signals(waited | signal_bit(SIGNAL_PIPE));
  for (;;) {
    while (sys_wait(-1, 1) > 0) continue;
    long signal = sys_wait_signal(waited);
    if (signal == SIGNAL_INT || signal == SIGNAL_TERM) return 0;
  }
}

static int run(int count, char **arguments) {
  if (count == 0) return run_init();
  const char *command = arguments[0];
  count--;
  arguments++;
  if (equal(command, "hold")) return run_hold(count, arguments);
  if (equal(command, "dial") && (count == 2 || count == 3)) return run_dial(count, arguments);
  if (equal(command, "end") && count == 2) return run_end(count, arguments);
  if (equal(command, "read") && count == 2) return run_read(count, arguments);
  if (equal(command, "unpack") && count == 2) return run_unpack(count, arguments);
  if (equal(command, "subpath") && count == 2) return run_subpath(count, arguments);
  if (equal(command, "usage")) return run_usage(count, arguments);
  if (equal(command, "hostpath") && count % 2 == 1) return run_hostpath(count, arguments);
  if (equal(command, "namespaces")) return run_namespaces(count, arguments);
  if (equal(command, "version")) return print_version();
  return print_usage();
}

_Noreturn void start(long *stack);

_Noreturn void start(long *stack) {
  int count = (int)stack[0];
  char **arguments = (char **)(stack + 1);
  sys_exit(count > 0 ? run(count - 1, arguments + 1) : run(0, arguments));
}
