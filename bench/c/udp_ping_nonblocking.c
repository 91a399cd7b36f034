/* Ping-pong over UDP with a socket that never waits: udp_ping_nonblocking PORT COUNT */
#include <fcntl.h>
#include <poll.h>

#include "common.h"

int main(int argc, char **argv) {
  char message[MESSAGE] = {0};
  int fd = connected(SOCK_DGRAM, argument(argc, argv, 1));
  long count = argument(argc, argv, 2);
  fcntl(fd, F_SETFL, O_NONBLOCK);
  mark("ready");
  while (count-- > 0) {
    struct pollfd entry = {.fd = fd, .events = POLLIN};
    if (send(fd, message, MESSAGE, MSG_NOSIGNAL) != MESSAGE) fail("send");
    if (poll(&entry, 1, 10000) != 1) fail("poll");
    if (recv(fd, message, MESSAGE, 0) != MESSAGE) fail("recv");
  }
  mark("done");
  return 0;
}
