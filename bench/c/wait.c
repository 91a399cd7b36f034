/* epoll_wait(2) for one connection among IDLE ones that are not ready: wait PORT COUNT IDLE
 *
 * It is that connection's two ends in turn: a byte goes to and fro between them. */
#include <sys/epoll.h>

#include "common.h"

int main(int argc, char **argv) {
  long port = argument(argc, argv, 1), count = argument(argc, argv, 2), idle = argument(argc, argv, 3);
  struct epoll_event event = {.events = EPOLLIN};
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  char byte = 'x';
  for (long index = 0; index < idle; index++) {
    event.data.fd = connected(SOCK_STREAM, port);
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, event.data.fd, &event)) fail("epoll_ctl");
  }
  int listener = bound(SOCK_STREAM);
  if (listen(listener, 1)) fail("listen");
  int near = connected(SOCK_STREAM, port_of(listener)), far = accept(listener, NULL, NULL);
  int ends[] = {near, far};
  for (int index = 0; index < 2; index++) {
    event.data.fd = ends[index];
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, ends[index], &event)) fail("epoll_ctl");
  }
  mark("ready");
  if (send(near, &byte, 1, MSG_NOSIGNAL) != 1) fail("send");
  while (count-- > 0) {
    if (epoll_wait(epoll, &event, 1, 10000) != 1) fail("epoll_wait");
    if (recv(event.data.fd, &byte, 1, MSG_DONTWAIT) != 1) fail("recv");
    if (send(event.data.fd, &byte, 1, MSG_NOSIGNAL) != 1) fail("send");
  }
  mark("done");
  return 0;
}
