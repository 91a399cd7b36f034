/* poll(2) of SOCKETS of which one is ready: select SOCKETS COUNT */
#include <poll.h>

#include "common.h"

int main(int argc, char **argv) {
  long sockets = argument(argc, argv, 1), count = argument(argc, argv, 2);
  struct pollfd *entries = calloc(sockets, sizeof *entries);
  for (long index = 0; index < sockets; index++) {
    entries[index].fd = bound(SOCK_DGRAM);
    entries[index].events = POLLIN;
  }
  int one = entries[sockets - sockets / 10 - 1].fd;
  struct sockaddr_in address = loopback(port_of(one));
  sendto(one, "x", 1, 0, (struct sockaddr *)&address, sizeof address);
  mark("ready");
  while (count-- > 0)
    if (poll(entries, sockets, 1000) != 1) fail("poll");
  mark("done");
  return 0;
}
