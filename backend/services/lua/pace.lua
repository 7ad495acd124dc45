-- Room for calls of one account: both kinds are taken together or not at all. Each key holds the instant (ms) until
-- which the calls already granted fill the rate; a burst may run ahead of it by ARGV[2] calls.
-- KEYS: reads, writes. ARGV: calls a minute, burst, reads wanted, writes wanted. Answers 0, or the ms to wait.

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local each = 60000 / tonumber(ARGV[1])
local ahead = each * tonumber(ARGV[2])

local wait = 0
local filled = {}
for place = 1, 2 do
  local wanted = tonumber(ARGV[2 + place])
  local until_now = math.max(tonumber(redis.call('GET', KEYS[place]) or '0'), now)
  filled[place] = until_now + wanted * each
  if wanted > 0 then
    wait = math.max(wait, filled[place] - now - ahead)
  end
end
if wait > 0 then
  return math.ceil(wait)
end
for place = 1, 2 do
  if tonumber(ARGV[2 + place]) > 0 then
    redis.call('SET', KEYS[place], string.format('%.0f', filled[place]), 'PX', 120000)
  end
end
return 0
