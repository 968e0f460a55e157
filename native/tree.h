/* Walking below a directory without ever being led out of it by what a container has put there. */
#ifndef PAUSE_TREE_H
#define PAUSE_TREE_H

enum {
  NAME_SIZE = 256,
  /* A path a process could still name is shorter; and each level costs stack. */
  TREE_DEPTH = 2048,
};

int is_dots(const char *name);

/* Takes the first component off a path. Returns 0 when there is none, or -EINVAL for "..", or 1. */
long next_component(const char **path, char component[NAME_SIZE]);

/* Calls `visit` for every name in a directory, until it returns less than 0, and returns that. */
long for_each_name(int directory, long (*visit)(const char *name, void *context), void *context);

/* Removes a name and everything below it, without following links. Gone already is fine. */
long remove_tree(int directory, const char *name);

#endif
