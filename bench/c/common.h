/* What the programs in C have in common. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MESSAGE 64
#define BLOCK 65536
/* How many datagrams a receiver asks for at a time: its buffer has room for more than that. */
#define BURST 128
#define LINE "0123456789012345678901234567890123456789\r\n"
#define LINE_LENGTH (sizeof LINE - 1)

#define UNUSED __attribute__((unused))

UNUSED static void fail(const char *what) {
  perror(what);
  exit(1);
}

/* A number from the command line. */
UNUSED static long argument(int argc, char **argv, int index) {
  if (index >= argc) {
    fprintf(stderr, "%s: argument %d is missing\n", argv[0], index);
    exit(2);
  }
  return atol(argv[index]);
}

/* What is measured lies between two marks: bench/measure.py reads the clocks at each, while the program
 * waits. */
UNUSED static void mark(const char *name) {
  char answer[16];
  puts(name);
  fflush(stdout);
  if (!fgets(answer, sizeof answer, stdin)) exit(1);
}

static struct sockaddr_in loopback(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

UNUSED static int connected(int type, int port) {
  struct sockaddr_in address = loopback(port);
  int fd = socket(AF_INET, type, 0);
  if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address)) fail("connect");
  return fd;
}

/* A socket on a port of the system's choice. */
UNUSED static int bound(int type) {
  struct sockaddr_in address = loopback(0);
  int fd = socket(AF_INET, type, 0);
  if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address)) fail("bind");
  return fd;
}

UNUSED static int port_of(int fd) {
  struct sockaddr_in address;
  socklen_t length = sizeof address;
  if (getsockname(fd, (struct sockaddr *)&address, &length)) fail("getsockname");
  return ntohs(address.sin_port);
}

UNUSED static void print_port(int fd) {
  printf("%d\n", port_of(fd));
  fflush(stdout);
}

/* Whether all of it has been sent; not where the peer has gone. */
UNUSED static int send_all(int fd, const char *bytes, size_t length) {
  while (length > 0) {
    ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);
    if (sent <= 0) return 0;
    bytes += sent;
    length -= sent;
  }
  return 1;
}

/* Whether all of it has come; not where the peer has gone. */
UNUSED static int receive_all(int fd, char *room, size_t length) {
  while (length > 0) {
    ssize_t received = recv(fd, room, length, 0);
    if (received <= 0) return 0;
    room += received;
    length -= received;
  }
  return 1;
}

/* A socket that gets BURST datagrams each time that `ask` is called with another one. */
UNUSED static int burst_receiver(int port) {
  char message[MESSAGE] = {0};
  int fd = connected(SOCK_DGRAM, port);
  if (send(fd, message, MESSAGE, MSG_NOSIGNAL) != MESSAGE) fail("send");
  return fd;
}

UNUSED static void ask(int control) {
  char byte = 'x';
  if (send(control, &byte, 1, MSG_NOSIGNAL) != 1 || recv(control, &byte, 1, 0) != 1) fail("burst");
}
