local S = require "minisock"
local t = require "spec.support"
local net = require "spec.minisock.support"

--- The entry as it comes back from poll, and the count.
local function poll_one(fd, events, timeout)
  local entries, count = S.poll(S.pollfd(fd, events), timeout)
  local list = S.unpollfds(entries)
  t.equal(#list, 1)
  t.equal(list[1].fd, fd)
  t.equal(list[1].events, events)
  return list[1].revents, count
end

net.it("tells what can be read and written", function(family)
  local client, server = net.pair(family)
  t.same({ poll_one(server, S.POLLIN, 0) }, { 0, 0 })
  t.same({ poll_one(server, S.POLLOUT, 0) }, { S.POLLOUT, 1 })
  t.equal(S.write(client, "x"), 1)
  t.same({ poll_one(server, S.POLLIN, 5000) }, { S.POLLIN, 1 })
  t.same({ poll_one(server, S.POLLIN + S.POLLOUT, 5000) }, { S.POLLIN + S.POLLOUT, 1 })
end)

net.it("tells of a client that waits to be accepted", function(family)
  local listener, address = net.listen(family)
  t.same({ poll_one(listener, S.POLLIN, 0) }, { 0, 0 })
  net.keep(S.connect(address))
  t.same({ poll_one(listener, S.POLLIN, 5000) }, { S.POLLIN, 1 })
end)

t.it("tells of a peer that has hung up", function()
  local client, server = net.pair(net.families.unix)
  net.shut(client)
  t.same({ poll_one(server, S.POLLIN, 5000) }, { S.POLLIN + S.POLLHUP, 1 })
end)

t.it("tells of a descriptor that is not open", function()
  t.same({ poll_one(t.descriptors.never_open, S.POLLIN, 5000) }, { S.POLLNVAL, 1 })
end)

t.it("passes a negative descriptor over", function()
  t.same({ poll_one(-1, S.POLLIN, 0) }, { 0, 0 })
end)

t.it("returns all entries, changed, and the count of those that are ready", function()
  local client, server = net.pair(net.families.unix)
  local entries = S.pollfd(server, S.POLLIN) .. S.pollfd(client, S.POLLOUT) .. S.pollfd(server, S.POLLOUT)
  local results = t.pack(S.poll(entries, 0))
  t.equal(results.n, 2)
  t.equal(#results[1], #entries)
  t.equal(results[2], 2)
  t.same(S.unpollfds(results[1]), {
    { fd = server, events = S.POLLIN, revents = 0 },
    { fd = client, events = S.POLLOUT, revents = S.POLLOUT },
    { fd = server, events = S.POLLOUT, revents = S.POLLOUT },
  })
  t.same(S.unpollfds(entries)[3], { fd = server, events = S.POLLOUT, revents = 0 })
end)

t.it("forgets what an earlier poll has found", function()
  local client, server = net.pair(net.families.unix)
  t.equal(S.write(client, "x"), 1)
  local entries, count = S.poll(S.pollfd(server, S.POLLIN), 5000)
  t.equal(count, 1)
  t.equal(S.read(server), "x")
  entries, count = S.poll(entries, 0)
  t.equal(count, 0)
  t.equal(S.unpollfds(entries)[1].revents, 0)
end)

t.it("waits for the time and no longer", function()
  local _, server = net.pair(net.families.unix)
  local entries = S.pollfd(server, S.POLLIN)
  local elapsed, same, count = t.timed(S.poll, entries, 200)
  t.equal(same, entries)
  t.equal(count, 0)
  t.between(elapsed, 0.2 - t.grain, t.at_once)
  t.between((t.timed(S.poll, entries, 0)), 0, t.at_once)
end)

t.it("waits for ever for a negative time, and by default, while there is nothing", function()
  local client, server = net.pair(net.families.unix)
  t.equal(S.write(client, "x"), 1)
  local entries = S.pollfd(server, S.POLLIN)
  t.equal((select(2, S.poll(entries, -1))), 1)
  t.equal((select(2, S.poll(entries))), 1)
  t.equal((select(2, S.poll(entries, nil))), 1)
end)

t.it("takes no entries", function()
  t.same(t.pack(S.poll("", 0)), { n = 2, "", 0 })
end)

t.it("raises where the entries are none", function()
  t.bad_argument(1, "poll", "string expected, got no value", S.poll)
  t.bad_argument(1, "poll", "string expected, got table", S.poll, {}, 0)
  for _, length in ipairs { 1, 7, 9, 15 } do
    t.refused_argument(1, "poll", S.poll, ("\0"):rep(length), 0)
  end
end)

t.it("raises where the time is no integer", function()
  t.bad_argument(2, "poll", "number expected, got string", S.poll, "", "soon")
  t.bad_argument(2, "poll", "number has no integer representation", S.poll, "", 0.5)
end)
