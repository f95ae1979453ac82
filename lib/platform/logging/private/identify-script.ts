/** The field that holds what a line is known by, so that the destination keeps it once. */
export const LINE_ID = "line_id";

/**
 * The program that gives each message an id: the time at which the runtime took it, and a hash of it and of its container.
 *
 * Fluent Bit has ids of its own, made of the whole record. Those change from one start to the next where a script has touched the record, as
 * Lua keeps fields in no order.
 */
export const IDENTIFY_SCRIPT = `local bit = require("bit")

local function hashed(text, start)
  local hash = start
  for index = 1, #text do
    hash = bit.bxor(hash, text:byte(index))
    -- Times 16777619, the prime of FNV, without leaving 32 bits.
    hash = bit.tobit(
      hash + bit.lshift(hash, 1) + bit.lshift(hash, 4) + bit.lshift(hash, 7) + bit.lshift(hash, 8) + bit.lshift(hash, 24)
    )
  end
  return bit.tohex(hash)
end

function identify(tag, timestamp, record)
  local text = tag .. "\\n" .. (record["stream"] or "") .. "\\n" .. (record["log"] or "")
  record["${LINE_ID}"] = string.format("%d%09d-", timestamp.sec, timestamp.nsec)
    .. hashed(text, -2128831035) .. hashed(text, 1540483477)
  return 2, timestamp, record
end
`;
