local moonwire = require "moonwire"
local t = require "spec.support"
local types = require "spec.support.types"

-- The loop keeps its descriptors for as long as the state lives.
moonwire.run(function() end)

t.it("annotates exactly the methods of what tasks use", function()
  types.check("moonwire", "channel", types.methods(moonwire.channel()))
  types.check("moonwire", "semaphore", types.methods(moonwire.semaphore(1)))
  moonwire.run(function()
    types.check("moonwire", "task", types.methods(moonwire.spawn(function() end)))
    moonwire.group(function(group)
      types.check("moonwire", "group", types.methods(group))
    end)
  end)
end)
