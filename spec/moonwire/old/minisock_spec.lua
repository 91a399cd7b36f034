-- Programs that were written to block, side by side in tasks.

local S = require "minisock"
local moonwire = require "moonwire"
local t = require "spec.support"
local tasks = require "spec.moonwire.tasks"
local it = tasks.it

local function keep(fd, ...)
  if not fd then
    error(tostring((...)), 2)
  end
  t.defer(function() S.close(fd) end)
  return fd, ...
end

local function listen()
  local listener = keep(S.bind(S.ipv4addr("127.0.0.1", 0)))
  return listener, assert(S.getsockname(listener))
end

local function pair()
  local listener, address = listen()
  local client = keep(S.connect(address))
  return client, keep(S.accept(listener))
end

--- As it would be written without tasks.
local function echo(connection)
  while true do
    local data = assert(S.read(connection))
    if data == "" then
      break
    end
    local sent = 0
    while sent < #data do
      sent = sent + assert(S.write(connection, data, sent + 1))
    end
  end
  S.close(connection)
end

it("serves many clients, each in a task", function()
  local listener, address = listen()
  local server = moonwire.spawn(function()
    for _ = 1, 20 do
      moonwire.spawn(echo, (assert(S.accept(listener))))
    end
  end)
  local clients = {}
  for index = 1, 20 do
    clients[index] = moonwire.spawn(function()
      local client = assert(S.connect(address))
      for round = 1, 5 do
        local sent = index .. " says " .. round
        t.equal(S.write(client, sent), #sent)
        t.equal(S.read(client), sent)
      end
      S.close(client)
      return true
    end)
  end
  for _, client in ipairs(clients) do
    tasks.results({ n = 2, true, true }, client:join())
  end
  t.equal(server:join(), true)
end)

it("reads with time-outs as ever, at the same time", function()
  local begun = 0
  local list = {}
  for index, milliseconds in ipairs { 100, 20, 60, 40, 80 } do
    local _, server = pair()
    list[index] = moonwire.spawn(function()
      begun = begun + 1
      local elapsed, results = tasks.timed(S.read, server, milliseconds)
      t.same(results, { n = 2, nil, "read timeout" })
      t.between(elapsed, milliseconds / 1000, tasks.at_once)
      -- None waits for the end of another.
      t.equal(begun, 5)
    end)
  end
  for _, task in ipairs(list) do
    t.equal(task:join(), true)
  end
end)

it("does not wait where it is told not to", function()
  local client, server = pair()
  t.fails("read timeout", S.read(server, 0))
  S.write(client, "x")
  t.equal(S.read(server), "x")
end)

it("waits for datagrams", function()
  local socket = keep(S.udpsocket(S.ipv4addr("127.0.0.1", 0)))
  local address = assert(S.getsockname(socket))
  local task = moonwire.spawn(function() return S.recvfrom(socket) end)
  t.fails("recvfrom timeout", S.recvfrom(keep(S.udpsocket(S.ipv4addr("127.0.0.1", 0))), 10))
  local sender = keep(S.udpsocket(S.ipv4addr("127.0.0.1", 0)))
  S.sendto(sender, address, "hello")
  tasks.results({ n = 3, true, "hello", S.getsockname(sender) }, task:join())
end)

it("polls", function()
  local client, server = pair()
  local other = keep(S.udpsocket(S.ipv4addr("127.0.0.1", 0)))
  local entries = S.pollfd(server, S.POLLIN) .. S.pollfd(other, S.POLLIN)
  local elapsed, results = tasks.timed(S.poll, entries, 20)
  t.between(elapsed, 0.02, tasks.at_once)
  t.equal(results[2], 0)
  local task = moonwire.spawn(function() return S.poll(entries) end)
  tasks.settle()
  S.write(client, "x")
  local ok, polled, count = task:join()
  t.equal(ok and count, 1)
  t.same(S.unpollfds(polled)[1], { fd = server, events = S.POLLIN, revents = S.POLLIN })
  -- What is ready, and what is closed, is told of at once.
  t.equal(select(2, S.poll(S.pollfd(client, S.POLLOUT))), 1)
  t.equal(select(2, S.poll(S.pollfd(t.descriptors.never_open, S.POLLIN))), 1)
end)

it("sleeps as long as it should while others run", function()
  local turns = 0
  local other = moonwire.spawn(function()
    while S.msleep(1) do
      turns = turns + 1
    end
  end)
  local elapsed = tasks.timed(S.msleep, 30)
  t.between(elapsed, 0.03, tasks.at_once)
  t.equal(turns > 1, true)
  other:cancel()
  t.equal(other:join(), false)
end)

it("looks names up while others run", function()
  local ticking = true
  local ticks = 0
  moonwire.spawn(function()
    while ticking do
      ticks = ticks + 1
      moonwire.yield()
    end
  end)
  local list = {}
  for index = 1, 20 do
    list[index] = moonwire.spawn(S.getaddrinfo, "localhost", 80)
  end
  for _, task in ipairs(list) do
    local ok, addresses = task:join()
    t.equal(ok, true)
    t.equal(#addresses >= 1, true)
  end
  local host = S.getnameinfo(S.ipv4addr("127.0.0.1", 80))
  t.equal(type(host), "string")
  ticking = false
  t.equal(ticks > 0, true)
  local listener, address = listen()
  local _, port = S.getnameinfo(address, true)
  local task = moonwire.spawn(function() return S.accept(listener) end)
  local client = keep(S.connect("localhost", port))
  t.equal(client > 0, true)
  S.close(select(2, task:join()))
end)

it("fails as ever", function()
  local listener, address = listen()
  S.close(keep(S.connect(address)))
  local refused = S.ipv4addr("127.0.0.1", 1)
  t.fails_like("^connect error: 111 %(Connection refused%)$", S.connect(refused))
  t.fails_like("^read error: 9 ", S.read(t.descriptors.never_open))
  t.bad_argument(1, "read", "number expected, got no value", S.read)
  t.equal(listener > 0, true)
end)

it("keeps to a deadline around it, and is called off in its own words", function()
  local listener = listen()
  local client, server = pair()
  local calls = {
    ["read timeout"] = function() return S.read(server, -1) end,
    ["accept timeout"] = function() return S.accept(listener) end,
    ["poll timeout"] = function() return S.poll(S.pollfd(server, S.POLLIN), -1) end,
  }
  for _, call in pairs(calls) do
    local elapsed, results = tasks.timed(moonwire.timeout, 0.02, call)
    t.between(elapsed, 0.02, tasks.at_once)
    if results[1] == nil then
      t.equal(results.n, 2)
      t.matches(results[2], "time")
    else
      t.equal(results[2], 0) -- poll has found nothing.
    end
    local task = moonwire.spawn(call)
    tasks.settle()
    task:cancel()
    t.equal(task:join(), false)
  end
  local outcome
  local task = moonwire.spawn(function() outcome = t.pack(S.read(server, -1)) end)
  tasks.settle()
  task:cancel()
  task:join()
  t.equal(outcome[1], nil)
  t.matches(outcome[2], "cancelled")
  t.equal(S.write(client, "x"), 1)
  t.equal(S.read(server), "x")
end)

it("reads pipes", function()
  local number, pipe = t.descriptors.opened_by(function() return assert(io.popen("echo hello; cat >/dev/null", "r")) end)
  t.equal(S.read(number), "hello\n")
  pipe:close()
end)
