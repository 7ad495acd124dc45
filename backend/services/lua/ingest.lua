-- KEYS due lease buf work; ARGV cid empresa mid kind window max_wait max_count
-- Appends once. Answers {what, deadline}: "repeated", "armed", "queued" (behind a running turn) or "redo" (the running
-- turn has not acted and will go back to the buffer with this text).
local due, buf, work = KEYS[1], KEYS[3], KEYS[4]
local cid, empresa, mid, kind = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local window, max_wait, max_count = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
if redis.call('HEXISTS', buf, mid) == 1 or redis.call('HEXISTS', work, mid) == 1 then return { 'repeated', -1 } end
local now = now_ms()
redis.call('HSET', buf, mid, kind .. ':' .. now, '_e', empresa)
if redis.call('EXISTS', work) == 0 then return { 'armed', arm(due, buf, cid, window, max_wait, max_count) } end

local running, notes = entries_of(work)
if kind ~= 'g' or notes['_sealed'] or not running[1] then return { 'queued', -1 } end
local waiting = entries_of(buf)
local oldest = now
for _, entry in ipairs(running) do
  if entry.kind ~= 'g' then return { 'queued', -1 } end
  oldest = math.min(oldest, entry.arrived)
end
for _, entry in ipairs(waiting) do
  if entry.kind ~= 'g' then return { 'queued', -1 } end
end
if #running + #waiting > max_count or now >= oldest + max_wait then return { 'queued', -1 } end
redis.call('HSET', work, '_redo', '1')
return { 'redo', -1 }
