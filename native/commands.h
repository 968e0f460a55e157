/* Each command takes its arguments without program and command name and returns the exit code. */
#ifndef PAUSE_COMMANDS_H
#define PAUSE_COMMANDS_H

/* Being PID 1: reap what dies, leave on SIGTERM or SIGINT. */
int run_init(void);
int run_hold(int count, char **arguments);
int run_dial(int count, char **arguments);
int run_end(int count, char **arguments);
int run_read(int count, char **arguments);
int run_unpack(int count, char **arguments);
int run_namespaces(int count, char **arguments);
int run_subpath(int count, char **arguments);
int run_hostpath(int count, char **arguments);
int run_usage(int count, char **arguments);

#endif
