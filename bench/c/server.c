/* The other end of the cases: server echo|sink|source|lines|udp-echo|udp-sink
 *
 * Prints its port, and serves one connection after the other until it is ended. */
#include "common.h"

static char block[BLOCK];
static char lines[1560 * LINE_LENGTH];

static void echo(int fd) {
  while (receive_all(fd, block, MESSAGE) && send_all(fd, block, MESSAGE)) {
  }
}

static void sink(int fd) {
  while (recv(fd, block, BLOCK, 0) > 0) {
  }
}

static void source(int fd) {
  while (send_all(fd, block, BLOCK)) {
  }
}

static void source_of_lines(int fd) {
  while (send_all(fd, lines, sizeof lines)) {
  }
}

static void udp_echo(int fd) {
  for (;;) {
    struct sockaddr_in sender;
    socklen_t length = sizeof sender;
    ssize_t received = recvfrom(fd, block, BLOCK, 0, (struct sockaddr *)&sender, &length);
    if (received < 0) return;
    sendto(fd, block, received, 0, (struct sockaddr *)&sender, length);
  }
}

static const struct {
  const char *name;
  int type;
  void (*serve)(int);
} kinds[] = {
    {"echo", SOCK_STREAM, echo},         {"sink", SOCK_STREAM, sink},
    {"source", SOCK_STREAM, source},     {"lines", SOCK_STREAM, source_of_lines},
    {"udp-echo", SOCK_DGRAM, udp_echo},  {"udp-sink", SOCK_DGRAM, sink},
};

int main(int argc, char **argv) {
  memset(block, 'x', BLOCK);
  for (size_t at = 0; at < sizeof lines; at += LINE_LENGTH) memcpy(lines + at, LINE, LINE_LENGTH);
  for (size_t kind = 0; argc == 2 && kind < sizeof kinds / sizeof *kinds; kind++) {
    if (strcmp(argv[1], kinds[kind].name)) continue;
    int fd = bound(kinds[kind].type);
    if (kinds[kind].type == SOCK_DGRAM) {
      print_port(fd);
      kinds[kind].serve(fd);
      return 0;
    }
    if (listen(fd, 8)) fail("listen");
    print_port(fd);
    for (;;) {
      int connection = accept(fd, NULL, NULL);
      if (connection < 0) fail("accept");
      kinds[kind].serve(connection);
      close(connection);
    }
  }
  fprintf(stderr, "usage: server echo|sink|source|lines|udp-echo|udp-sink\n");
  return 2;
}
