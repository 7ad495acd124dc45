-- KEYS lease work; ARGV cid token lease_ms seal
-- Keeps the lease. With seal = "1" the turn is about to act: from here no text may send it back.
-- Answers "lost", "redo" (not sealed: texts came meanwhile) or "held".
local lease, work = KEYS[1], KEYS[2]
local cid, token, lease_ms, seal = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
if redis.call('HGET', work, '_token') ~= token then return 'lost' end
redis.call('ZADD', lease, now_ms() + lease_ms, cid)
if redis.call('HEXISTS', work, '_redo') == 1 and redis.call('HEXISTS', work, '_sealed') == 0 then return 'redo' end
if seal == '1' then redis.call('HSET', work, '_sealed', '1') end
return 'held'
