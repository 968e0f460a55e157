/* Files the engine made for the sandbox, rewritten. */
#ifndef PAUSE_HOSTS_H
#define PAUSE_HOSTS_H

/* "PATH:TEXT": the file gets this text (see hosts.c). Returns 0, or 1 after a message on stdout. */
int replace_file(const char *argument);

#endif
