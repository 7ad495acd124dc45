-- KEYS due lease buf work; ARGV cid
-- Makes what waits due now; behind a running turn, as soon as that ends. Answers 1, or 0 when nothing waits or runs.
local due, buf, work = KEYS[1], KEYS[3], KEYS[4]
local waits, runs = redis.call('EXISTS', buf) == 1, redis.call('EXISTS', work) == 1
if waits then redis.call('HSET', buf, '_force', '1') end
if waits and not runs then redis.call('ZADD', due, now_ms(), ARGV[1]) end
return (waits or runs) and 1 or 0
