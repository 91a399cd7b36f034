/* A Lua module that is no more than the system calls: what a binding costs at the least.
 *
 * Nothing is checked and nothing is freed; it is no library. */
#include <lauxlib.h>
#include <lua.h>

#include "common.h"

typedef struct {
  int fd;
  size_t start, end;
  char room[BLOCK];
} Socket;

static int new_socket(lua_State *L, int type) {
  Socket *socket = lua_newuserdata(L, sizeof *socket);
  socket->fd = connected(type, luaL_checkinteger(L, 1));
  socket->start = socket->end = 0;
  luaL_setmetatable(L, "bare");
  return 1;
}

static int tcp(lua_State *L) { return new_socket(L, SOCK_STREAM); }

static int udp(lua_State *L) { return new_socket(L, SOCK_DGRAM); }

static int nothing(lua_State *L) {
  (void)L;
  return 0;
}

static int send_string(lua_State *L) {
  Socket *socket = luaL_checkudata(L, 1, "bare");
  size_t length;
  const char *bytes = luaL_checklstring(L, 2, &length);
  lua_pushinteger(L, send(socket->fd, bytes, length, MSG_NOSIGNAL));
  return 1;
}

static int receive(lua_State *L) {
  Socket *socket = luaL_checkudata(L, 1, "bare");
  char room[4096];
  ssize_t received = recv(socket->fd, room, sizeof room, 0);
  if (received < 0) return luaL_error(L, "recv");
  lua_pushlstring(L, room, received);
  return 1;
}

static int line(lua_State *L) {
  Socket *socket = luaL_checkudata(L, 1, "bare");
  for (;;) {
    char *start = socket->room + socket->start;
    char *end = memchr(start, '\n', socket->end - socket->start);
    if (end) {
      lua_pushlstring(L, start, end - start - 1);
      socket->start = end + 1 - socket->room;
      return 1;
    }
    socket->end -= socket->start;
    memmove(socket->room, start, socket->end);
    socket->start = 0;
    ssize_t received = recv(socket->fd, socket->room + socket->end, BLOCK - socket->end, 0);
    if (received <= 0) return luaL_error(L, "recv");
    socket->end += received;
  }
}

int luaopen_bare(lua_State *L) {
  static const luaL_Reg methods[] = {
      {"send", send_string}, {"receive", receive}, {"line", line}, {"nothing", nothing}, {0}};
  static const luaL_Reg functions[] = {{"tcp", tcp}, {"udp", udp}, {0}};
  luaL_newmetatable(L, "bare");
  luaL_newlib(L, methods);
  lua_setfield(L, -2, "__index");
  luaL_newlib(L, functions);
  return 1;
}
