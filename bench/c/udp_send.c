/* Sends datagrams of 64 bytes, one by one: udp_send PORT COUNT */
#include "common.h"

int main(int argc, char **argv) {
  char message[MESSAGE] = {0};
  int fd = connected(SOCK_DGRAM, argument(argc, argv, 1));
  long count = argument(argc, argv, 2);
  mark("ready");
  while (count-- > 0)
    if (send(fd, message, MESSAGE, MSG_NOSIGNAL) != MESSAGE) fail("send");
  mark("done");
  return 0;
}
