-- Fetches many pages at once under one deadline: what has not come by then is given up.
--
--   moonwire examples/moonwire/crawler.lua [-t seconds] [url...]
--
-- Without URLs it starts 200 servers of its own, on ports of the system's choice: most are quick, some are
-- slow, some say nothing at all and some are not there.

local moonwire = require "moonwire"

-- How long all of it may take, in seconds; how many pages are fetched at once; the most bytes of a page.
local deadline = 1
local AT_ONCE = 100
local LARGEST = 1048576

local urls = {}
do
  local index = 1
  while arg[index] do
    if arg[index] == "-t" then
      index = index + 1
      deadline = assert(tonumber(arg[index]), "-t needs a number of seconds")
    else
      urls[#urls + 1] = arg[index]
    end
    index = index + 1
  end
end

-- The status of a page and how many bytes it has, or nil, a message and a code.
local function fetch(url)
  local host, path = url:match("^http://([^/]+)(.*)$")
  if not host then
    return nil, url .. ": not a URL of http", "EINVAL"
  end
  local address = host:find(":%d+$") and host or host .. ":80"
  local connection, message, code = moonwire.connect(address)
  if not connection then
    return nil, message, code
  end
  connection:write("GET ", path == "" and "/" or path, " HTTP/1.0\r\nHost: ", host, "\r\n\r\n")
  local page
  page, message, code = connection:read_all(LARGEST)
  connection:close()
  if not page then
    return nil, message, code
  end
  local status, body = page:match("^HTTP/1%.%d (%d%d%d).-\r\n\r\n(.*)$")
  if not status then
    return nil, url .. ": no HTTP response", "EPROTO"
  end
  return tonumber(status), #body
end

-- What has become of each URL by the deadline.
local function crawl()
  local outcomes = {}
  local places = moonwire.semaphore(AT_ONCE)
  moonwire.timeout(deadline, moonwire.group, function(group)
    for _, url in ipairs(urls) do
      if not places:acquire() then
        break
      end
      group:spawn(function()
        local status, detail, code = fetch(url)
        places:release()
        -- Who is late is told `timeout`, or `cancelled` by the group that has come to its end.
        if status then
          outcomes[url] = ("status %d, %d bytes"):format(status, detail)
        elseif code ~= "timeout" and code ~= "cancelled" then
          outcomes[url] = detail
        end
      end)
    end
  end)
  return outcomes
end

local KINDS = {
  quick = 0.01, slow = 0.3, silent = 3600,
}

-- A server that answers its one client after a while.
local function small_server(group, kind)
  local listener = assert(moonwire.listen("127.0.0.1:0"))
  urls[#urls + 1] = "http://" .. listener:local_address() .. "/" .. kind
  if kind == "gone" then
    listener:close()
    return
  end
  group:spawn(function()
    local connection = listener:accept()
    listener:close()
    if connection then
      connection:read_until("\r\n\r\n")
      moonwire.sleep(KINDS[kind])
      connection:write("HTTP/1.0 200 OK\r\n\r\nhello from a server that is ", kind, "\n")
      connection:close()
    end
  end)
end

-- The group of the servers ends with `main`, also where that fails.
local function main(servers)
  if #urls == 0 then
    for index = 1, 200 do
      local kind = index % 20 == 0 and "silent" or index % 20 == 1 and "gone"
        or index % 5 == 0 and "slow" or "quick"
      small_server(servers, kind)
    end
  end

  local began = moonwire.now()
  local outcomes = crawl()
  local took = moonwire.now() - began

  local counts = { good = 0, failed = 0, late = 0 }
  for _, url in ipairs(urls) do
    local outcome = outcomes[url]
    local kind = not outcome and "late" or outcome:find("^status") and "good" or "failed"
    counts[kind] = counts[kind] + 1
    print(url, outcome or "no answer in time")
  end
  print(("%d pages in %.2f s: %d fetched, %d failed, %d too late"):format(
    #urls, took, counts.good, counts.failed, counts.late))

  servers:cancel()
end

moonwire.run(moonwire.group, main)
