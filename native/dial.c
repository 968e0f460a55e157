/*
 * A TCP connection from inside the pod's network namespace, so that listeners on the pod's loopback are reached and
 * the agent needs no route to pods. The agent speaks through an exec: stdin and stdout are the connection.
 *
 * One process for each direction: a single loop with blocking writes would deadlock with any peer that answers while
 * it is still being written to, such as an echo server.
 */
#include <linux/in.h>
#include <linux/socket.h>
#include <linux/time_types.h>

#include "commands.h"
#include "syscalls.h"
#include "text.h"

enum {
  STREAM = 1,
  SHUT_WRITE = 1,
  POLL_IN = 1,
  LEVEL_SOCKET = 1,
  SEND_TIMEOUT = 21,
  CONNECT_TIMEOUT_SECONDS = 10,
  /* An exec cannot be killed from outside. So a server that says nothing after the client has left must not hold this. */
  DEFAULT_SILENCE_SECONDS = 300,
  /* How long what the client already sent may take to reach a server that has finished sending. */
  DRAIN_SECONDS = 1,
};

static char buffer[64 * 1024];

/* Copies until the end of `from`. Returns 0 or -errno. */
static long copy(int from, int to) {
  for (;;) {
    long size = sys_read(from, buffer, sizeof buffer);
    if (size == -EINTR) continue;
    if (size <= 0) return size;
    long error = write_all(to, buffer, (size_t)size);
    if (error < 0) return error;
  }
}

/* The address in network order, or 0, which is no address to connect to. */
static uint32_t parse_address(const char *text) {
  uint32_t address = 0;
  for (int i = 0; i < 4; i++) {
    long part = parse_number(&text, 10, i < 3 ? '.' : 0);
    if (part < 0 || part > 255) return 0;
    address |= (uint32_t)part << (8 * i);
  }
  return address;
}

/* Returns the socket or -errno. */
static long open_connection(uint32_t address, uint16_t port) {
  struct sockaddr_in peer = {0};
  peer.sin_family = 2; /* AF_INET */
  peer.sin_port = (uint16_t)(port >> 8 | port << 8);
  peer.sin_addr.s_addr = address;
  long fd = sys_socket(peer.sin_family, STREAM);
  if (fd < 0) return fd;
  /* The send time-out is also that of connect, which then says EINPROGRESS. */
  struct duration limit = {CONNECT_TIMEOUT_SECONDS, 0};
  sys_setsockopt((int)fd, LEVEL_SOCKET, SEND_TIMEOUT, &limit, sizeof limit);
  long error = sys_connect((int)fd, &peer, sizeof peer);
  if (error == -EINPROGRESS) return -ETIMEDOUT;
  if (error < 0) return error;
  limit.seconds = 0;
  sys_setsockopt((int)fd, LEVEL_SOCKET, SEND_TIMEOUT, &limit, sizeof limit);
  return fd;
}

/* The child: stdin to the socket, then tell the server that this was all. */
static _Noreturn void send_side(int peer) {
  /* Without these the engine would not see the end of the output while we still send. */
  sys_close(STDOUT);
  sys_close(STDERR);
  copy(STDIN, peer);
  sys_shutdown(peer, SHUT_WRITE);
  sys_exit(0);
}

/* The parent: the socket to stdout. `sender` becomes readable (end of file) when the child is gone. */
static long receive_side(int peer, int sender, long silence_seconds) {
  struct poll_entry entries[2] = {{peer, POLL_IN, 0}, {sender, POLL_IN, 0}};
  int sending = 1;
  for (;;) {
    struct duration limit = {silence_seconds, 0};
    long ready = sys_poll(entries, sending ? 2 : 1, sending ? 0 : &limit);
    if (ready == -EINTR) continue;
    if (ready < 0) return ready;
    if (ready == 0) return -ETIMEDOUT;
    if (sending && entries[1].seen) sending = 0;
    if (!entries[0].seen) continue;
    long size = sys_read(peer, buffer, sizeof buffer);
    if (size <= 0) return size;
    long error = write_all(STDOUT, buffer, (size_t)size);
    if (error < 0) return error;
  }
}

int run_dial(int count, char **arguments) {
  const char *port_text = arguments[1], *silence_text = count > 2 ? arguments[2] : 0;
  uint32_t address = parse_address(arguments[0]);
  long port = parse_number(&port_text, 10, 0);
  long silence = silence_text ? parse_number(&silence_text, 10, 0) : DEFAULT_SILENCE_SECONDS;
  if (address == 0 || port < 1 || port > 65535 || silence < 0) return EINVAL;
  /* A write after the reader left is an error here, not the end of the process. */
  sys_block_signals(signal_bit(SIGNAL_PIPE));
  long peer = open_connection(address, (uint16_t)port);
  if (peer < 0) return (int)-peer;
  /* The caller cannot see an open connection that stays silent: say so on the stream that carries nothing else. */
  write_all(STDERR, "connected\n", 10);

  int ends[2];
  long error = sys_pipe2(ends, 0);
  if (error < 0) return (int)-error;
  long child = sys_fork();
  if (child < 0) return (int)-child;
  if (child == 0) {
    sys_close(ends[0]);
    send_side((int)peer);
  }
  sys_close(ends[1]);
  error = receive_side((int)peer, ends[0], silence);

  /* Let the client see the end now; then give what is still under way to the server a moment. */
  sys_close(STDOUT);
  sys_close(STDERR);
  sys_close(STDIN);
  struct poll_entry sender = {ends[0], POLL_IN, 0};
  struct duration limit = {DRAIN_SECONDS, 0};
  if (error == 0) sys_poll(&sender, 1, &limit);
  sys_kill(child, SIGNAL_KILL);
  sys_wait(child, 0);
  return (int)-error;
}
