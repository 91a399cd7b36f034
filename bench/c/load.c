/* A load generator for echo servers:
 *
 *   load requests PORT COUNT CONNECTIONS   so many requests over connections that stay
 *   load visits PORT COUNT CONNECTIONS     so many connections, each with one request and closed by us
 *   load idle PORT COUNT CONNECTIONS       as many connections, which stay; COUNT is as often as that
 *
 * A request has 64 bytes, and each connection has one under way. The marks are around the work; after
 * them it prints what it was, for who runs this by hand (`yes | load ...`). */
#include <netinet/in.h>
#include <sys/epoll.h>
#include <time.h>

#include "common.h"

#define EVENTS 512

/* Nothing answers after so many milliseconds: the server has failed. */
#define PATIENCE 10000
/* A port of the system's choice is taken for a minute after we have closed: so connections come from
 * several addresses. */
#define ADDRESSES 100

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

static int epoll, *sockets;
static short *received;
static long port, connections;
static char message[MESSAGE];

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static void visit(long index) {
  static unsigned turn;
  struct sockaddr_in from = loopback(0), to = loopback(port);
  int fd = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
  from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + turn++ % ADDRESSES);
  setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
  if (fd < 0 || bind(fd, (struct sockaddr *)&from, sizeof from)) fail("bind");
  if (connect(fd, (struct sockaddr *)&to, sizeof to)) fail("connect");
  struct epoll_event event = {.events = EPOLLIN, .data.u64 = index};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event)) fail("epoll_ctl");
  sockets[index] = fd;
}

static void request(long index) {
  if (!send_all(sockets[index], message, MESSAGE)) fail("send");
}

/* Waits for the answers to all requests, of which one is under way on each connection; `again` makes the
 * next one until there were `total`. */
static void answers(long under_way, long total, void (*again)(long)) {
  long unsent = total - under_way, wanted = total;
  while (wanted > 0) {
    struct epoll_event events[EVENTS];
    int ready = epoll_wait(epoll, events, EVENTS, PATIENCE);
    if (ready <= 0) fail("epoll_wait");
    for (int at = 0; at < ready; at++) {
      long index = events[at].data.u64;
      ssize_t length = recv(sockets[index], message, MESSAGE - received[index], MSG_DONTWAIT);
      if (length <= 0) fail("recv");
      received[index] += length;
      if (received[index] < MESSAGE) continue;
      received[index] = 0;
      wanted--;
      if (unsent-- > 0) again(index);
    }
  }
}

static void next_visit(long index) {
  close(sockets[index]);
  visit(index);
  request(index);
}

static void connect_all(void) {
  for (long index = 0; index < connections; index++) visit(index);
}

static void request_all(void) {
  for (long index = 0; index < connections; index++) request(index);
}

int main(int argc, char **argv) {
  const char *kind = argc > 1 ? argv[1] : "";
  port = argument(argc, argv, 2);
  long count = argument(argc, argv, 3);
  connections = argument(argc, argv, 4);
  if (count < connections && strcmp(kind, "idle")) count = connections;
  epoll = epoll_create1(EPOLL_CLOEXEC);
  sockets = calloc(connections, sizeof *sockets);
  received = calloc(connections, sizeof *received);
  double start;
  if (!strcmp(kind, "requests")) {
    connect_all();
    /* Once for each connection: what the server sets up then is not the work. */
    request_all();
    answers(connections, connections, NULL);
    mark("ready");
    start = now();
    request_all();
    answers(connections, count, request);
  } else if (!strcmp(kind, "visits")) {
    mark("ready");
    start = now();
    connect_all();
    request_all();
    answers(connections, count, next_visit);
  } else if (!strcmp(kind, "idle")) {
    count *= connections;
    mark("ready");
    start = now();
    for (long index = 0; index < connections; index++) {
      visit(index);
      request(index);
      answers(1, 1, NULL);
    }
  } else {
    fprintf(stderr, "usage: load requests|visits|idle PORT COUNT CONNECTIONS\n");
    return 2;
  }
  double took = now() - start;
  mark("done");
  printf("%ld in %.3f s, %.0f a second\n", count, took, count / took);
  return 0;
}
