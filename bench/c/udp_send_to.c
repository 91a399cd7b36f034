/* Sends datagrams of 64 bytes to an address, one by one: udp_send_to PORT COUNT */
#include "common.h"

int main(int argc, char **argv) {
  char message[MESSAGE] = {0};
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in to = loopback(argument(argc, argv, 1));
  long count = argument(argc, argv, 2);
  mark("ready");
  while (count-- > 0)
    if (sendto(fd, message, MESSAGE, 0, (struct sockaddr *)&to, sizeof to) != MESSAGE) fail("sendto");
  mark("done");
  return 0;
}
