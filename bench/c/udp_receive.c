/* Receives datagrams of 64 bytes, one by one: udp_receive PORT COUNT */
#include "common.h"

int main(int argc, char **argv) {
  char message[MESSAGE] = {0};
  int port = argument(argc, argv, 1), fd = burst_receiver(port), control = connected(SOCK_DGRAM, port);
  long bursts = argument(argc, argv, 2) / BURST;
  mark("ready");
  while (bursts-- > 0) {
    ask(control);
    for (int index = 0; index < BURST; index++)
      if (recv(fd, message, MESSAGE, 0) != MESSAGE) fail("recv");
  }
  mark("done");
  return 0;
}
