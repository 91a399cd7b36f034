local S = require "ssocket"
local t = require "spec.support"

t.it("names every constant of the document", function()
  t.matches(S._VERSION, "^ssocket ")
  t.equal(S.ERROR_TIMEOUT, "Operation timed out")
  t.equal(S.ERROR_CLOSED, "Connection closed")
  t.equal(S.ERROR_REFUSED, "Connection refused")
  local values = {}
  for _, name in ipairs {
    "OPT_TCP_NODELAY", "OPT_TCP_KEEPALIVE", "OPT_TCP_REUSEADDR", "SHUT_RD", "SHUT_WR", "SHUT_RDWR",
  } do
    t.equal(type(S[name]) == "string" or type(S[name]) == "number", true)
    t.equal(values[S[name]], nil)
    values[S[name]] = name
  end
end)
