/* Receives blocks of exactly 64 KiB: receive PORT COUNT */
#include "common.h"

int main(int argc, char **argv) {
  static char block[BLOCK];
  int fd = connected(SOCK_STREAM, argument(argc, argv, 1));
  long count = argument(argc, argv, 2);
  mark("ready");
  while (count-- > 0)
    if (recv(fd, block, BLOCK, MSG_WAITALL) != BLOCK) fail("recv");
  mark("done");
  return 0;
}
