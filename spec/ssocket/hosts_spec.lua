-- The specs that look names up do not depend on the hosts file of the machine.

require("spec.support.hosts").try_specs "spec/ssocket"
