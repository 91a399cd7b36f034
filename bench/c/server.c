/* The other end of the cases: server echo|sink|source|lines|idle|udp-echo|udp-sink|udp-bursts
 *
 * Prints its port, and serves one connection after the other until it is ended. Those that it only keeps,
 * it keeps all at once. */
#include <netinet/udp.h>

#include "common.h"

#define SEGMENTS 64
#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

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

/* A datagram of MESSAGE bytes says who receives. Any other asks for BURST datagrams for that socket, and is
 * answered when they are there. They are sent as a sender of many does it: the kernel cuts them out of
 * larger ones (UDP_SEGMENT), and leaves them joined for a receiver that asks for that (UDP_GRO). */
static void udp_bursts(int fd) {
  struct sockaddr_in receiver, sender;
  int size = MESSAGE;
  if (setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &size, sizeof size)) fail("UDP_SEGMENT");
  for (;;) {
    socklen_t length = sizeof sender;
    char request[MESSAGE];
    ssize_t received = recvfrom(fd, request, MESSAGE, 0, (struct sockaddr *)&sender, &length);
    if (received < 0) fail("recvfrom");
    if (received == MESSAGE) {
      receiver = sender;
      continue;
    }
    for (int left = BURST; left > 0; left -= SEGMENTS)
      if (sendto(fd, block, SEGMENTS * MESSAGE, 0, (struct sockaddr *)&receiver, sizeof receiver) < 0)
        fail("sendto");
    sendto(fd, request, received, 0, (struct sockaddr *)&sender, length);
  }
}

static const struct {
  const char *name;
  int type;
  void (*serve)(int);
} kinds[] = {
    {"echo", SOCK_STREAM, echo},         {"sink", SOCK_STREAM, sink},
    {"source", SOCK_STREAM, source},     {"lines", SOCK_STREAM, source_of_lines},
    {"idle", SOCK_STREAM, NULL},         {"udp-echo", SOCK_DGRAM, udp_echo},
    {"udp-sink", SOCK_DGRAM, sink},      {"udp-bursts", SOCK_DGRAM, udp_bursts},
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
    if (listen(fd, 4096)) fail("listen");
    print_port(fd);
    for (;;) {
      int connection = accept(fd, NULL, NULL);
      if (connection < 0) fail("accept");
      if (!kinds[kind].serve) continue;
      kinds[kind].serve(connection);
      close(connection);
    }
  }
  fprintf(stderr, "usage: server echo|sink|source|lines|idle|udp-echo|udp-sink|udp-bursts\n");
  return 2;
}
