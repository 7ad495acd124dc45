-- KEYS due lease buf work; ARGV cid empresa ids...
-- Puts back the work entry of an unfinished turn that Redis has forgotten, ready to be taken. Answers 1 if it was missing.
-- What waits meanwhile is armed again when the turn ends, as behind any running turn.
local due, lease, buf, work = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
if redis.call('EXISTS', work) == 1 then return 0 end
local now = now_ms()
for i = 3, #ARGV do
  redis.call('HSET', work, ARGV[i], 's:' .. now)
  redis.call('HDEL', buf, ARGV[i])
end
redis.call('ZREM', due, ARGV[1])
redis.call('HSET', work, '_e', ARGV[2], '_handed', '1', '_token', '')
redis.call('ZADD', lease, now, ARGV[1])
return 1
