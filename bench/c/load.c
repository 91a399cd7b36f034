/* A load generator: load PORT CONNECTIONS seconds|requests AMOUNT
 *
 * Each connection has one request of 64 bytes under way, to an echo server. Prints how many requests
 * were answered, in how many seconds, and how many that is a second. */
#include <sys/epoll.h>
#include <time.h>

#include "common.h"

#define EVENTS 512

/* Nothing answers after so many milliseconds: the server has failed. */
#define PATIENCE 10000

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
  long port = argument(argc, argv, 1), connections = argument(argc, argv, 2);
  double amount = argument(argc, argv, 4);
  int by_time = !strcmp(argv[3], "seconds");
  char message[MESSAGE] = {0};
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  int *sockets = calloc(connections, sizeof *sockets);
  short *received = calloc(connections, sizeof *received);

  for (long index = 0; index < connections; index++) {
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = index};
    sockets[index] = connected(SOCK_STREAM, port);
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, sockets[index], &event)) fail("epoll_ctl");
  }
  double start = now();
  for (long index = 0; index < connections; index++)
    if (!send_all(sockets[index], message, MESSAGE)) fail("send");

  long answered = 0, wanted = by_time ? -1 : (long)amount;
  double end = start;
  while (answered != wanted && !(by_time && end - start >= amount)) {
    struct epoll_event events[EVENTS];
    int ready = epoll_wait(epoll, events, EVENTS, PATIENCE);
    if (ready <= 0) fail("epoll_wait");
    for (int at = 0; at < ready && answered != wanted; at++) {
      long index = events[at].data.u64;
      ssize_t length = recv(sockets[index], message, MESSAGE - received[index], MSG_DONTWAIT);
      if (length <= 0) fail("recv");
      received[index] += length;
      if (received[index] < MESSAGE) continue;
      received[index] = 0;
      answered++;
      if (!send_all(sockets[index], message, MESSAGE)) fail("send");
    }
    end = now();
  }
  printf("%ld requests in %.3f s, %.0f a second\n", answered, end - start, answered / (end - start));
  return 0;
}
