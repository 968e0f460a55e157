#include "tar.h"

#include "syscalls.h"
#include "text.h"

enum { BLOCK = 512, PAX_LIMIT = 8 * 1024 };

struct header {
  char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], checksum[8], type, link[100];
  char magic[6], version[2], user[32], group[32], major[8], minor[8], prefix[155], padding[12];
};

/* Stdin is a pipe that gives what it has: collect whole blocks. */
static long read_exactly(void *target, size_t size) {
  char *at = target;
  while (size > 0) {
    long got = sys_read(STDIN, at, size);
    if (got == -EINTR) continue;
    if (got < 0) return got;
    /* The end of the stream before the end marker: the sender died, the contents are not complete. */
    if (got == 0) return -EIO;
    at += got;
    size -= (size_t)got;
  }
  return 0;
}

/* Octal digits, closed by a space, a zero byte or the end of the field. -1 when it is anything else. */
static long parse_field(const char *field, size_t size) {
  long number = 0;
  size_t at = 0;
  while (at < size && field[at] == ' ') at++;
  for (; at < size && field[at] != 0 && field[at] != ' '; at++) {
    if (field[at] < '0' || field[at] > '7') return -1;
    number = number * 8 + (field[at] - '0');
  }
  return number;
}

static int checksum_matches(const struct header *header) {
  const unsigned char *bytes = (const unsigned char *)header;
  const size_t first = offsetof(struct header, checksum), last = first + sizeof header->checksum;
  long sum = 0;
  /* The checksum's own field counts as spaces. */
  for (size_t i = 0; i < BLOCK; i++) sum += i >= first && i < last ? ' ' : bytes[i];
  return sum == parse_field(header->checksum, sizeof header->checksum);
}

static int is_zero(const struct header *header) {
  const char *bytes = (const char *)header;
  for (size_t i = 0; i < BLOCK; i++)
    if (bytes[i] != 0) return 0;
  return 1;
}

/* Appends a field that ends at a zero byte or at its size. Returns the new length. */
static size_t append(char *target, size_t length, const char *field, size_t size) {
  for (size_t i = 0; i < size && field[i]; i++) target[length++] = field[i];
  target[length] = 0;
  return length;
}

/* Owners a pax header names because they do not fit into the octal fields; -1 for those it does not. */
struct owners {
  long uid;
  long gid;
};

/* A pax header is lines "LENGTH KEY=VALUE\n" that hold for the next entry. Four keys matter here. */
static long parse_pax(char *at, size_t size, struct tar_entry *entry, struct owners *owners) {
  char *const end = at + size;
  while (at < end) {
    const char *text = at;
    long length = parse_number(&text, 10, ' ');
    if (length < 1 || length > end - at || at[length - 1] != '\n') return -EINVAL;
    at[length - 1] = 0;
    char *target = starts_with(text, "path=") ? entry->path : starts_with(text, "linkpath=") ? entry->target : 0;
    if (target) {
      while (*text++ != '=') continue;
      if (length_of(text) >= TAR_PATH_SIZE) return -ENAMETOOLONG;
      append(target, 0, text, TAR_PATH_SIZE);
    }
    long *owner = starts_with(text, "uid=") ? &owners->uid : starts_with(text, "gid=") ? &owners->gid : 0;
    if (owner) {
      text += 4;
      *owner = parse_number(&text, 10, 0);
      if (*owner < 0 || *owner > UINT32_MAX) return -EINVAL;
    }
    at += length;
  }
  return 0;
}

static long skip_padding(uint64_t size) {
  char block[BLOCK];
  return read_exactly(block, (BLOCK - size % BLOCK) % BLOCK);
}

static long read_pax(struct tar_entry *entry, struct owners *owners, uint64_t size, int apply) {
  /* One byte more: a zero behind it stops every search. */
  static char records[PAX_LIMIT + 1];
  if (size > PAX_LIMIT) return -ENAMETOOLONG;
  long error = read_exactly(records, size);
  records[size] = 0;
  if (error == 0) error = skip_padding(size);
  return error == 0 && apply ? parse_pax(records, size, entry, owners) : error;
}

static long read_header(struct header *header, long *size) {
  long error = read_exactly(header, sizeof *header);
  if (error < 0 || is_zero(header)) return error;
  *size = parse_field(header->size, sizeof header->size);
  if (!starts_with(header->magic, "ustar") || !checksum_matches(header) || *size < 0) return -EINVAL;
  return 1;
}

long tar_next(struct tar_entry *entry) {
  struct header header;
  struct owners owners = {-1, -1};
  long size = 0, found;
  entry->path[0] = entry->target[0] = 0;
  while ((found = read_header(&header, &size)) == 1 && (header.type == 'x' || header.type == 'g')) {
    /* 'x' is about the next entry, 'g' about all that follow: nothing in it matters here. */
    long error = read_pax(entry, &owners, (uint64_t)size, header.type == 'x');
    if (error < 0) return error;
  }
  if (found == 0) read_exactly(&header, sizeof header); /* the second half of the end marker, if it comes */
  if (found != 1) return found;
  /* The names of a pax header win over those of the entry. */
  if (!entry->path[0]) {
    size_t length = append(entry->path, 0, header.prefix, sizeof header.prefix);
    if (length > 0) length = append(entry->path, length, "/", 1);
    append(entry->path, length, header.name, sizeof header.name);
  }
  if (!entry->target[0]) append(entry->target, 0, header.link, sizeof header.link);
  long mode = parse_field(header.mode, sizeof header.mode);
  long uid = owners.uid < 0 ? parse_field(header.uid, sizeof header.uid) : owners.uid;
  long gid = owners.gid < 0 ? parse_field(header.gid, sizeof header.gid) : owners.gid;
  entry->type = header.type ? header.type : TAR_FILE;
  int known = entry->type == TAR_FILE || entry->type == TAR_SYMLINK || entry->type == TAR_DIRECTORY;
  if (!known || mode < 0 || uid < 0 || gid < 0) return -EINVAL;
  entry->mode = (int)(mode & 07777);
  entry->uid = (unsigned)uid;
  entry->gid = (unsigned)gid;
  entry->size = entry->type == TAR_FILE ? (uint64_t)size : 0;
  return 1;
}

long tar_content(struct tar_entry *entry, int fd) {
  static char buffer[64 * 1024];
  for (uint64_t left = entry->size; left > 0;) {
    size_t size = left < sizeof buffer ? (size_t)left : sizeof buffer;
    long error = read_exactly(buffer, size);
    if (error == 0 && fd >= 0) error = write_all(fd, buffer, size);
    if (error < 0) return error;
    left -= size;
  }
  return skip_padding(entry->size);
}
