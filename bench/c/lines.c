/* Finds the ends of lines, and makes nothing of the lines: lines PORT COUNT */
#include "common.h"

int main(int argc, char **argv) {
  static char room[BLOCK];
  int fd = connected(SOCK_STREAM, argument(argc, argv, 1));
  long count = argument(argc, argv, 2);
  mark("ready");
  while (count > 0) {
    ssize_t received = recv(fd, room, BLOCK, 0);
    if (received <= 0) fail("recv");
    for (char *at = room; (at = memchr(at, '\n', room + received - at)); at++) count--;
  }
  mark("done");
  return 0;
}
