/* Sends blocks of 64 KiB by a socket that never waits: send_nonblocking PORT COUNT */
#include <fcntl.h>
#include <poll.h>

#include "common.h"

/* Sends all of it, and polls where the system takes nothing. */
static void send_or_poll(int fd, const char *bytes, size_t length) {
  while (length > 0) {
    struct pollfd entry = {.fd = fd, .events = POLLOUT};
    ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);
    if (sent >= 0) {
      bytes += sent;
      length -= sent;
    } else if (errno != EAGAIN || poll(&entry, 1, -1) != 1) {
      fail("send");
    }
  }
}

int main(int argc, char **argv) {
  static char block[BLOCK];
  int fd = connected(SOCK_STREAM, argument(argc, argv, 1));
  long count = argument(argc, argv, 2);
  fcntl(fd, F_SETFL, O_NONBLOCK);
  memset(block, 'x', BLOCK);
  mark("ready");
  while (count-- > 0) send_or_poll(fd, block, BLOCK);
  mark("done");
  return 0;
}
