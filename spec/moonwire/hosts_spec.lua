-- The specs that look names up do not depend on the hosts file of the machine.

require("spec.support.hosts").try_specs("spec/moonwire", {
  -- It takes half a minute, and does not care what the resolver answers.
  ["spec/moonwire/failures_spec.lua"] = true,
})
