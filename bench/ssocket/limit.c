/* What the kernel allows: the other end of every case, and the same work as the Lua programs do.
 *
 *   limit serve                     prints its port; serves one connection after the other
 *   limit lines|recv|send|ping PORT COUNT
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LINE "0123456789012345678901234567890123456789\r\n"
#define LINE_LENGTH (sizeof LINE - 1)
#define BLOCK 65536
#define MESSAGE 64

static char block[BLOCK];

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void receive_all(int fd, char *room, size_t length) {
  while (length > 0) {
    ssize_t received = recv(fd, room, length, 0);
    if (received <= 0) fail("recv");
    room += received;
    length -= received;
  }
}

static void send_all(int fd, const char *bytes, size_t length) {
  while (length > 0) {
    ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);
    if (sent <= 0) fail("send");
    bytes += sent;
    length -= sent;
  }
}

static int connect_to(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, (struct sockaddr *)&address, sizeof address)) fail("connect");
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

/* The first eight bytes of a connection are the case, as text, and the count follows as text. */
static void serve_one(int fd) {
  char request[32] = {0};
  long count;
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  receive_all(fd, request, 24);
  count = atol(request + 8);
  if (!strncmp(request, "lines", 5)) {
    static char lines[1560 * LINE_LENGTH];
    for (int i = 0; i < 1560; i++) memcpy(lines + i * LINE_LENGTH, LINE, LINE_LENGTH);
    for (; count > 0; count -= 1560)
      send_all(fd, lines, (count < 1560 ? count : 1560) * LINE_LENGTH);
  } else if (!strncmp(request, "recv", 4)) {
    while (count-- > 0) send_all(fd, block, BLOCK);
  } else if (!strncmp(request, "send", 4)) {
    while (count-- > 0) receive_all(fd, block, BLOCK);
    send_all(fd, "x", 1);
  } else if (!strncmp(request, "ping", 4)) {
    while (count-- > 0) {
      receive_all(fd, block, MESSAGE);
      send_all(fd, block, MESSAGE);
    }
  }
  close(fd);
}

static void serve(void) {
  struct sockaddr_in address = {.sin_family = AF_INET};
  socklen_t length = sizeof address;
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(fd, (struct sockaddr *)&address, length) || listen(fd, 8)) fail("listen");
  getsockname(fd, (struct sockaddr *)&address, &length);
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  for (;;) {
    int connection = accept(fd, NULL, NULL);
    if (connection >= 0) serve_one(connection);
  }
}

int main(int argc, char **argv) {
  if (argc == 2 && !strcmp(argv[1], "serve")) serve();
  if (argc != 4) return 2;
  long count = atol(argv[3]);
  int fd = connect_to(atoi(argv[2]));
  char request[25];
  snprintf(request, sizeof request, "%-8s%-16ld", argv[1], count);
  send_all(fd, request, 24);
  if (!strcmp(argv[1], "lines")) {
    /* Finding the ends of the lines is all the work: nothing is made of them. */
    static char room[BLOCK + 1];
    long lines = 0;
    for (ssize_t got; (got = recv(fd, room, BLOCK, 0)) > 0;)
      for (char *at = room; (at = memchr(at, '\n', room + got - at)); at++) lines++;
    if (lines != count) return 1;
  } else if (!strcmp(argv[1], "recv")) {
    while (count-- > 0) receive_all(fd, block, BLOCK);
  } else if (!strcmp(argv[1], "send")) {
    while (count-- > 0) send_all(fd, block, BLOCK);
    receive_all(fd, block, 1);
  } else if (!strcmp(argv[1], "ping")) {
    while (count-- > 0) {
      send_all(fd, block, MESSAGE);
      receive_all(fd, block, MESSAGE);
    }
  }
  return 0;
}
