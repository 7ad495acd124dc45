-- KEYS due lease; ARGV prefix limit lease_ms token window max_wait max_count
-- Takes expired leases first (the same frozen batch), then due groups. A conversation being worked on is never in `due`.
-- Answers {batches, next wake in ms from now or -1, now}; a batch is {cid, empresa, token, lost, ids...}.
local due, lease = KEYS[1], KEYS[2]
local prefix, limit, lease_ms, token = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local window, max_wait, max_count = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local now = now_ms()
local batches = {}

local function take(cid, work, lost)
  local entries, notes = entries_of(work)
  local own = token .. ':' .. cid
  redis.call('HSET', work, '_token', own)
  redis.call('HDEL', work, '_handed', '_redo', '_sealed')
  redis.call('ZADD', lease, now + lease_ms, cid)
  local batch = { cid, notes['_e'] or '0', own, lost }
  for _, entry in ipairs(entries) do batch[#batch + 1] = entry.id end
  batches[#batches + 1] = batch
end

for _, cid in ipairs(redis.call('ZRANGEBYSCORE', lease, '-inf', now, 'LIMIT', 0, limit)) do
  local work = prefix .. 'work:' .. cid
  if redis.call('EXISTS', work) == 0 then
    redis.call('ZREM', lease, cid)
  else
    take(cid, work, redis.call('HEXISTS', work, '_handed') == 1 and 0 or 1)
  end
end

local room = limit - #batches
if room > 0 then
  for _, cid in ipairs(redis.call('ZRANGEBYSCORE', due, '-inf', now, 'LIMIT', 0, room)) do
    local buf, work = prefix .. 'buf:' .. cid, prefix .. 'work:' .. cid
    local entries, notes = entries_of(buf)
    local count = head_of(entries, notes, window, max_wait, max_count)
    redis.call('ZREM', due, cid)
    if count > 0 then
      for i = 1, count do
        redis.call('HSET', work, entries[i].id, entries[i].raw)
        redis.call('HDEL', buf, entries[i].id)
      end
      redis.call('HDEL', buf, '_force')
      redis.call('HSET', work, '_e', notes['_e'] or '0')
      if #entries == count then redis.call('DEL', buf) end
      take(cid, work, 0)
    else
      redis.call('DEL', buf)
    end
  end
end

local wake = -1
for _, key in ipairs({ due, lease }) do
  local first = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')
  if first[2] then
    local wait = math.max(0, tonumber(first[2]) - now)
    if wake < 0 or wait < wake then wake = wait end
  end
end
return { batches, wake, now }
