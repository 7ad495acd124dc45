-- Keep a lease that is still ours. KEYS: the lease. ARGV: our token, ms. Answers 1 while it is ours.

if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
