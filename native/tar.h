/* Reading a tar stream (POSIX ustar, with pax headers for long names) from stdin, entry by entry. */
#ifndef PAUSE_TAR_H
#define PAUSE_TAR_H

#include <stddef.h>
#include <stdint.h>

enum {
  TAR_FILE = '0',
  TAR_SYMLINK = '2',
  TAR_DIRECTORY = '5',
  /* Longest path and link target, including the terminating zero. */
  TAR_PATH_SIZE = 1024,
};

struct tar_entry {
  char path[TAR_PATH_SIZE];
  char target[TAR_PATH_SIZE];
  char type;
  int mode;
  unsigned uid;
  unsigned gid;
  /* Bytes of content that follow; the caller consumes them with tar_content. */
  uint64_t size;
};

/* 1: an entry, 0: the end marker, or -errno: -EIO cut short, -EINVAL not a tar or an entry kind not supported. */
long tar_next(struct tar_entry *entry);

/* Copies the content of the entry to `fd`, or nowhere when it is negative. */
long tar_content(struct tar_entry *entry, int fd);

#endif
