/* Ping-pong over TCP with the two system calls that it takes: ping PORT COUNT */
#include "common.h"

int main(int argc, char **argv) {
  char message[MESSAGE] = {0};
  int fd = connected(SOCK_STREAM, argument(argc, argv, 1));
  long count = argument(argc, argv, 2);
  mark("ready");
  while (count-- > 0) {
    if (send(fd, message, MESSAGE, MSG_NOSIGNAL) != MESSAGE) fail("send");
    if (recv(fd, message, MESSAGE, 0) != MESSAGE) fail("recv");
  }
  mark("done");
  return 0;
}
