-- Shared by every script of the buffer. A conversation's entries live in a hash: message id -> "kind:arrival ms",
-- kind "g" (joins the group before it) or "s" (a turn of its own). Fields that start with "_" are notes, not entries.

local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function entries_of(key)
  local flat = redis.call('HGETALL', key)
  local entries, notes = {}, {}
  for i = 1, #flat, 2 do
    local field, value = flat[i], flat[i + 1]
    if string.sub(field, 1, 1) == '_' then
      notes[field] = value
    else
      local kind, arrived = string.match(value, '^(%a):(%d+)$')
      entries[#entries + 1] = { id = field, order = tonumber(field), kind = kind, arrived = tonumber(arrived), raw = value }
    end
  end
  table.sort(entries, function(a, b) return a.order < b.order end)
  return entries, notes
end

-- How many entries the next turn takes, and when it is due (ms).
local function head_of(entries, notes, window, max_wait, max_count)
  local first = entries[1]
  if not first then return 0, nil end
  if first.kind == 's' then return 1, first.arrived end
  local count, last = 0, first.arrived
  local oldest = first.arrived
  local closed = false
  for _, entry in ipairs(entries) do
    if entry.kind ~= 'g' then closed = true break end
    if count == max_count then closed = true break end
    count = count + 1
    if entry.arrived > last then last = entry.arrived end
    if entry.arrived < oldest then oldest = entry.arrived end
  end
  if closed or count >= max_count or notes['_force'] then return count, oldest end
  return count, math.min(last + window, oldest + max_wait)
end

-- Arms the deadline of what waits in `buf`, or forgets the conversation when nothing does. Returns the deadline or -1.
local function arm(due, buf, cid, window, max_wait, max_count)
  local entries, notes = entries_of(buf)
  local count, deadline = head_of(entries, notes, window, max_wait, max_count)
  if count == 0 then
    redis.call('DEL', buf)
    redis.call('ZREM', due, cid)
    return -1
  end
  redis.call('ZADD', due, deadline, cid)
  return deadline
end
