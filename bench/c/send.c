/* Sends blocks of 64 KiB: send PORT COUNT */
#include "common.h"

int main(int argc, char **argv) {
  static char block[BLOCK];
  int fd = connected(SOCK_STREAM, argument(argc, argv, 1));
  long count = argument(argc, argv, 2);
  /* Memory that was never written is one page of zeros again and again, which stays in the cache. */
  memset(block, 'x', BLOCK);
  mark("ready");
  while (count-- > 0)
    if (!send_all(fd, block, BLOCK)) fail("send");
  mark("done");
  return 0;
}
