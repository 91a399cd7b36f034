/* Ping-pong over UDP with a socket that has no peer: udp_ping_to PORT COUNT */
#include "common.h"

int main(int argc, char **argv) {
  char message[MESSAGE] = {0};
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in to = loopback(argument(argc, argv, 1)), sender;
  long count = argument(argc, argv, 2);
  mark("ready");
  while (count-- > 0) {
    socklen_t length = sizeof sender;
    if (sendto(fd, message, MESSAGE, 0, (struct sockaddr *)&to, sizeof to) != MESSAGE) fail("sendto");
    if (recvfrom(fd, message, MESSAGE, 0, (struct sockaddr *)&sender, &length) != MESSAGE)
      fail("recvfrom");
  }
  mark("done");
  return 0;
}
