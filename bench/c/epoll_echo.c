/* An echo server on epoll(7): prints its port, and serves until it is ended.
 *
 * A client that does not read its answers is dropped: the load generator always reads them. */
#include <sys/epoll.h>

#include "common.h"

#define EVENTS 512

int main(void) {
  static char block[BLOCK];
  struct epoll_event events[EVENTS];
  int listener = bound(SOCK_STREAM | SOCK_NONBLOCK), epoll = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
  if (listen(listener, 4096) || epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event)) fail("listen");
  print_port(listener);
  for (;;) {
    int ready = epoll_wait(epoll, events, EVENTS, -1);
    for (int index = 0; index < ready; index++) {
      int fd = events[index].data.fd;
      if (fd == listener) {
        int connection;
        while ((connection = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
          event.data.fd = connection;
          if (epoll_ctl(epoll, EPOLL_CTL_ADD, connection, &event)) fail("epoll_ctl");
        }
        continue;
      }
      ssize_t received = recv(fd, block, BLOCK, 0);
      if (received < 0 && errno == EAGAIN) continue;
      if (received <= 0 || send(fd, block, received, MSG_NOSIGNAL) != received) close(fd);
    }
  }
}
