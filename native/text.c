#include "text.h"

#include "syscalls.h"

size_t length_of(const char *text) {
  size_t length = 0;
  while (text[length]) length++;
  return length;
}

int equal(const char *a, const char *b) {
  while (*a && *a == *b) a++, b++;
  return *a == *b;
}

int starts_with(const char *text, const char *prefix) {
  while (*prefix && *text == *prefix) text++, prefix++;
  return !*prefix;
}

long parse_number(const char **text, int base, char end) {
  const char *at = *text;
  long number = 0;
  if (*at == end) return -1;
  for (; *at != end; at++) {
    if (*at < '0' || *at >= '0' + base) return -1;
    number = number * base + (*at - '0');
    if (number > 1L << 40) return -1;
  }
  *text = end ? at + 1 : at;
  return number;
}

long write_all(int fd, const void *buffer, size_t size) {
  const char *at = buffer;
  while (size > 0) {
    long written = sys_write(fd, at, size);
    if (written == -EINTR) continue;
    if (written < 0) return written;
    at += written;
    size -= (size_t)written;
  }
  return 0;
}

void add_text(struct line *line, const char *text) {
  /* One byte stays free for the line end. */
  while (*text && line->size < sizeof line->bytes - 1) line->bytes[line->size++] = *text++;
}

void add_number(struct line *line, long number) {
  char digits[24];
  size_t at = sizeof digits;
  digits[--at] = 0;
  do {
    digits[--at] = (char)('0' + number % 10);
    number /= 10;
  } while (number > 0);
  add_text(line, digits + at);
}

void print_line(int fd, struct line *line) {
  line->bytes[line->size++] = '\n';
  write_all(fd, line->bytes, line->size);
  line->size = 0;
}

int fail(int fd, const char *what, const char *path, long error) {
  struct line line;
  line.size = 0;
  add_text(&line, "error: ");
  add_text(&line, what);
  add_text(&line, " ");
  add_text(&line, path);
  add_text(&line, ": errno ");
  add_number(&line, error < 0 ? -error : error);
  print_line(fd, &line);
  return 1;
}

void *memset(void *target, int value, size_t size) {
  char *at = target;
  while (size-- > 0) *at++ = (char)value;
  return target;
}

void *memcpy(void *target, const void *source, size_t size) {
  char *to = target;
  const char *from = source;
  while (size-- > 0) *to++ = *from++;
  return target;
}
