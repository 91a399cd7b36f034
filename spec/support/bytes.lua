-- What is sent, where its content matters.

local bytes = {}

--- Bytes of every value, NUL included, as many as are wanted.
function bytes.bytes(count)
  local all = {}
  for byte = 0, 255 do
    all[byte + 1] = string.char(byte)
  end
  return table.concat(all):rep(math.ceil(count / 256)):sub(1, count)
end

return bytes
