-- KEYS due lease buf work; ARGV cid token mode window max_wait max_count after_ms
-- mode "done": the batch is finished. mode "requeue": it goes back to the buffer with a fresh window.
-- mode "hand": any process may take it in after_ms, and no lease was lost.
-- Only the current token may. Answers {1 or 0, deadline or -1}.
local due, lease, buf, work = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local cid, token, mode = ARGV[1], ARGV[2], ARGV[3]
local window, max_wait, max_count = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
if redis.call('HGET', work, '_token') ~= token then return { 0, -1 } end
if mode == 'hand' then
  redis.call('HSET', work, '_handed', '1', '_token', '')
  redis.call('ZADD', lease, now_ms() + tonumber(ARGV[7]), cid)
  return { 1, -1 }
end
if mode == 'requeue' then
  local entries, notes = entries_of(work)
  for _, entry in ipairs(entries) do redis.call('HSETNX', buf, entry.id, entry.raw) end
  redis.call('HSET', buf, '_e', notes['_e'] or '0')
end
redis.call('DEL', work)
redis.call('ZREM', lease, cid)
return { 1, arm(due, buf, cid, window, max_wait, max_count) }
