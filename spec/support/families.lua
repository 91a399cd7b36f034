-- Families of addresses. Each module names its own, in its own words; here is what it does with them.

local case = require "spec.support.case"
local place = require "spec.support.place"

local families = {}

--- Those of the list that this machine has, in order and by `name`; and in order those of them that
--- have a `host`, which are the internet families.
function families.present(list)
  local all, hosts = {}, {}
  for _, family in ipairs(list) do
    if family.host == "::1" and not place.has_ipv6() then
      case.pass_over(family.name, "this machine has no ::1")
    else
      all[#all + 1] = family
      all[family.name] = family
      if family.host then
        hosts[#hosts + 1] = family
      end
    end
  end
  return all, hosts
end

--- A function like `it` that makes a case for each of these families, or of those in a list that it is
--- given, and passes the family to it.
function families.cases(all)
  return function(name, fn, list)
    for _, family in ipairs(list or all) do
      case.it(name .. " (" .. family.name .. ")", function()
        fn(family)
      end)
    end
  end
end

return families
