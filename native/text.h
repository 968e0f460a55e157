/* Strings, numbers and messages: what a C library would have brought. */
#ifndef PAUSE_TEXT_H
#define PAUSE_TEXT_H

#include <stddef.h>

size_t length_of(const char *text);
int equal(const char *a, const char *b);
int starts_with(const char *text, const char *prefix);

/* Reads a number up to `end`, moves *text behind it. Returns -1 when there is none or it exceeds 2^40. */
long parse_number(const char **text, int base, char end);

/* Writes all of it, also when the kernel takes it in pieces. Returns 0 or -errno. */
long write_all(int fd, const void *buffer, size_t size);

/* Collects a line so that it reaches its reader in one piece. What does not fit is cut. */
struct line {
  size_t size;
  char bytes[4096];
};

void add_text(struct line *line, const char *text);
void add_number(struct line *line, long number);
void print_line(int fd, struct line *line);

/* Writes "error: WHAT PATH: errno N" and returns 1, the exit code of a command that failed. */
int fail(int fd, const char *what, const char *path, long error);

/* The compiler may call these on its own, whatever the source says. */
void *memset(void *target, int value, size_t size);
void *memcpy(void *target, const void *source, size_t size);

#endif
