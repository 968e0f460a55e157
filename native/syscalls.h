/*
 * The kernel, without a C library: one inline function per system call this program uses.
 *
 * No libc keeps the binary at a few kilobytes, independent of any distribution, and its resident memory at a few
 * pages: every pod runs one. All calls return the kernel's value: negative means -errno.
 *
 * Only calls that both amd64 and arm64 have (arm64 never got open, fork or mkdir, only their *at forms).
 */
#ifndef PAUSE_SYSCALLS_H
#define PAUSE_SYSCALLS_H

#include <asm/unistd.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/stat.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__)
static inline long kernel(long number, long a, long b, long c, long d, long e) {
  long result;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
                   : "rcx", "r11", "memory");
  return result;
}
#elif defined(__aarch64__)
static inline long kernel(long number, long a, long b, long c, long d, long e) {
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory");
  return x0;
}
#else
#error "pause knows amd64 and arm64"
#endif

/* Not in the kernel's exported headers under these names, or only next to things that clash. */
enum {
  STDIN = 0,
  STDOUT = 1,
  STDERR = 2,
  SIGNAL_INT = 2,
  SIGNAL_KILL = 9,
  SIGNAL_PIPE = 13,
  SIGNAL_TERM = 15,
  SIGNAL_CHILD = 17,
  SIGNAL_STOP = 19,
};

static inline _Noreturn void sys_exit(int code) {
  for (;;) kernel(__NR_exit_group, code, 0, 0, 0, 0);
}

static inline long sys_read(int fd, void *buffer, size_t size) {
  return kernel(__NR_read, fd, (long)buffer, (long)size, 0, 0);
}

static inline long sys_write(int fd, const void *buffer, size_t size) {
  return kernel(__NR_write, fd, (long)buffer, (long)size, 0, 0);
}

static inline long sys_close(int fd) { return kernel(__NR_close, fd, 0, 0, 0, 0); }

static inline long sys_openat(int directory, const char *path, int flags, int mode) {
  return kernel(__NR_openat, directory, (long)path, flags | O_CLOEXEC, mode, 0);
}

static inline long sys_pipe2(int ends[2], int flags) { return kernel(__NR_pipe2, (long)ends, flags, 0, 0, 0); }

static inline long sys_lseek(int fd, long offset, int whence) {
  return kernel(__NR_lseek, fd, offset, whence, 0, 0);
}

/* statx, because its structure is the same on every architecture. */
static inline long sys_statx(int fd, const char *path, int flags, unsigned mask, struct statx *out) {
  return kernel(__NR_statx, fd, (long)path, flags, mask, (long)out);
}

static inline long sys_mkdirat(int directory, const char *path, int mode) {
  return kernel(__NR_mkdirat, directory, (long)path, mode, 0, 0);
}

static inline long sys_unlinkat(int directory, const char *path, int flags) {
  return kernel(__NR_unlinkat, directory, (long)path, flags, 0, 0);
}

static inline long sys_symlinkat(const char *target, int directory, const char *path) {
  return kernel(__NR_symlinkat, (long)target, directory, (long)path, 0, 0);
}

static inline long sys_renameat(int directory, const char *from, const char *to) {
  return kernel(__NR_renameat, directory, (long)from, directory, (long)to, 0);
}

static inline long sys_readlinkat(int directory, const char *path, char *buffer, size_t size) {
  return kernel(__NR_readlinkat, directory, (long)path, (long)buffer, (long)size, 0);
}

static inline long sys_fchown(int fd, unsigned uid, unsigned gid) {
  return kernel(__NR_fchown, fd, uid, gid, 0, 0);
}

static inline long sys_fchmod(int fd, int mode) { return kernel(__NR_fchmod, fd, mode, 0, 0, 0); }

static inline long sys_fchownat(int directory, const char *path, unsigned uid, unsigned gid, int flags) {
  return kernel(__NR_fchownat, directory, (long)path, uid, gid, flags);
}

static inline long sys_fchmodat(int directory, const char *path, int mode) {
  return kernel(__NR_fchmodat, directory, (long)path, mode, 0, 0);
}

/* Makes a directory the root of this process, and the place where it is. */
static inline long sys_chroot(const char *path) {
  long error = kernel(__NR_chroot, (long)path, 0, 0, 0, 0);
  return error < 0 ? error : kernel(__NR_chdir, (long)"/", 0, 0, 0, 0);
}

static inline long sys_uname(void *out) { return kernel(__NR_uname, (long)out, 0, 0, 0, 0); }

static inline long sys_umask(int mask) { return kernel(__NR_umask, mask, 0, 0, 0, 0); }

struct directory_entry {
  uint64_t inode;
  int64_t offset;
  uint16_t size;
  uint8_t type;
  char name[];
};

static inline long sys_getdents(int fd, void *buffer, size_t size) {
  return kernel(__NR_getdents64, fd, (long)buffer, (long)size, 0, 0);
}

static inline uint64_t signal_bit(int signal) { return 1UL << (signal - 1); }

/* The set replaces the blocked signals of this process. */
static inline long sys_block_signals(uint64_t set) {
  const int set_mask = 2; /* SIG_SETMASK */
  return kernel(__NR_rt_sigprocmask, set_mask, (long)&set, 0, sizeof set, 0);
}

/* Waits for one of these blocked signals and returns its number. */
static inline long sys_wait_signal(uint64_t set) {
  return kernel(__NR_rt_sigtimedwait, (long)&set, 0, 0, sizeof set, 0);
}

static inline long sys_kill(long pid, int signal) { return kernel(__NR_kill, pid, signal, 0, 0, 0); }

/* Reaps a dead child; without blocking returns 0 when none is dead. */
static inline long sys_wait(long pid, int no_hang) { return kernel(__NR_wait4, pid, 0, no_hang ? 1 : 0, 0, 0); }

static inline long sys_fork(void) { return kernel(__NR_clone, SIGNAL_CHILD, 0, 0, 0, 0); }

static inline long sys_socket(int family, int type) { return kernel(__NR_socket, family, type, 0, 0, 0); }

static inline long sys_connect(int fd, const void *address, size_t size) {
  return kernel(__NR_connect, fd, (long)address, (long)size, 0, 0);
}

static inline long sys_shutdown(int fd, int how) { return kernel(__NR_shutdown, fd, how, 0, 0, 0); }

static inline long sys_setsockopt(int fd, int level, int name, const void *value, size_t size) {
  return kernel(__NR_setsockopt, fd, level, name, (long)value, (long)size);
}

struct poll_entry {
  int fd;
  int16_t wanted;
  int16_t seen;
};

struct duration {
  int64_t seconds;
  int64_t nanoseconds;
};

/* Without a duration it waits for ever. Returns 0 when the time is over. */
static inline long sys_poll(struct poll_entry *entries, size_t count, struct duration *limit) {
  return kernel(__NR_ppoll, (long)entries, (long)count, (long)limit, 0, 0);
}

#endif
