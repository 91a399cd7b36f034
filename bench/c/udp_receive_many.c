/* Receives datagrams of 64 bytes in batches: udp_receive_many PORT COUNT */
#include "common.h"

#define BATCH 64

int main(int argc, char **argv) {
  static char room[BATCH][MESSAGE];
  struct iovec pieces[BATCH];
  struct mmsghdr messages[BATCH] = {0};
  int port = argument(argc, argv, 1), fd = burst_receiver(port), control = connected(SOCK_DGRAM, port);
  long bursts = argument(argc, argv, 2) / BURST;
  for (int index = 0; index < BATCH; index++) {
    pieces[index] = (struct iovec){room[index], MESSAGE};
    messages[index].msg_hdr.msg_iov = &pieces[index];
    messages[index].msg_hdr.msg_iovlen = 1;
  }
  mark("ready");
  while (bursts-- > 0) {
    ask(control);
    for (int left = BURST; left > 0;) {
      int received = recvmmsg(fd, messages, BATCH, MSG_WAITFORONE, NULL);
      if (received <= 0) fail("recvmmsg");
      left -= received;
    }
  }
  mark("done");
  return 0;
}
