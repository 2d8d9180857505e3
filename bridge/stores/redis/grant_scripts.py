"""The atomic steps of a Grant, in Lua. The keys are explained in the package's docstring.

The key `:code` lives as long as anything of the Grant, so the mark of an end gets its TTL. Its value is `live
<digest of the code> <sealed> <client id>`, and after the code was redeemed `spent <digest> - <client id>`; or
`minted`, where there was no code or it has expired.
A refresh token is `live <expires at> <issued at> <ends at>`, and after a rotation `rotated <expires at>
<rotated at> …`. The Grant is the same for all refresh tokens, and is stored once, in `:grant`.
"""

from bridge.stores.redis.connection import Script

# Returns 0 where the id is in use: ids are random, so that is a caller who opens the same Grant twice.
OPEN = Script("""
if redis.call('EXISTS', KEYS[1], KEYS[2]) > 0 then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[3])
redis.call('SET', KEYS[2], ARGV[2], 'EX', ARGV[3])
return 1
""")

TAKE = Script("""
local value = redis.call('GET', KEYS[1])
if not value then return false end
local state, code, sealed, client = string.match(value, '^(%l+) (%x+) (%S+) (.*)$')
if code ~= ARGV[1] or client ~= ARGV[2] then return false end
if state == 'live' then
  if redis.call('EXISTS', KEYS[2]) == 1 then return false end
  redis.call('SET', KEYS[1], 'spent ' .. code .. ' - ' .. client, 'KEEPTTL')
end
return {state, sealed, redis.call('GET', KEYS[3]) or ''}
""")

# Whether an origin is answered now, for the first time; without a Grant its first key stays empty.
CLAIM = Script("""
if redis.call('EXISTS', KEYS[1], KEYS[2]) > 0 then return 0 end
if ARGV[1] ~= '' then redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2]) end
if ARGV[3] ~= '' then redis.call('SET', KEYS[2], ARGV[3], 'EX', ARGV[4]) end
return 1
""")

# What was taken and gave nothing; one whose Grant has ended stays as it is.
GIVE_BACK = Script("""
local live = redis.call('EXISTS', KEYS[2]) == 0
if not live or redis.call('GET', KEYS[1]) ~= 'spent ' .. ARGV[1] .. ' - ' .. ARGV[2] then return 0 end
redis.call('SET', KEYS[1], 'live ' .. ARGV[1] .. ' ' .. ARGV[3] .. ' ' .. ARGV[2], 'KEEPTTL')
return 1
""")

# The end of a Session does not stop new tokens of an offline Grant, whose record is in SQL.
MINT = Script("""
local ended = redis.call('GET', KEYS[2])
if ended and (ended == 'all' or ARGV[2] == '0') then return 0 end
if ARGV[2] == '0' and redis.call('EXISTS', KEYS[3]) == 0 then return 0 end
local kept = tonumber(ARGV[4])
redis.call('SET', KEYS[4], ARGV[3], 'EX', kept)
if KEYS[5] then
  redis.call('SET', KEYS[5], ARGV[5], 'EX', ARGV[6])
  kept = math.max(kept, tonumber(ARGV[6]))
end
if redis.call('TTL', KEYS[3]) < kept then redis.call('EXPIRE', KEYS[3], kept) end
local lives = redis.call('TTL', KEYS[1])
if lives == -2 then
  redis.call('SET', KEYS[1], 'minted', 'EX', ARGV[1])
elseif lives < tonumber(ARGV[1]) then
  redis.call('EXPIRE', KEYS[1], ARGV[1])
end
return 1
""")

# `all` is never overwritten; the mark of a Session's end may be replaced by a later one.
END = Script("""
if redis.call('GET', KEYS[2]) ~= 'all' then
  redis.call('SET', KEYS[2], ARGV[1], 'EX', math.max(redis.call('TTL', KEYS[1]), tonumber(ARGV[2])))
end
return 1
""")

ROTATE = Script("""
local now, grace = tonumber(ARGV[1]), tonumber(ARGV[2])
local old = redis.call('GET', KEYS[3])
if not old or redis.call('EXISTS', KEYS[2]) == 1 then return {'GONE', ''} end
local state, expires_at, rest = string.match(old, '^(%l+) (%d+) (.*)$')
if state == 'rotated' then
  local answer = redis.call('GET', KEYS[4])
  if answer and now - tonumber(string.match(rest, '^%d+')) < grace then return {'REPEATED', answer} end
  redis.call('SET', KEYS[2], 'all', 'EX', math.max(redis.call('TTL', KEYS[1]), redis.call('TTL', KEYS[3]), 1))
  return {'REUSED', ''}
end
if tonumber(expires_at) <= now or redis.call('EXISTS', KEYS[7]) == 0 then return {'GONE', ''} end
redis.call('SET', KEYS[3], 'rotated ' .. expires_at .. ' ' .. ARGV[1] .. ' ' .. rest, 'KEEPTTL')
redis.call('SET', KEYS[4], ARGV[3], 'EX', grace + 1)
redis.call('SET', KEYS[5], ARGV[4], 'EX', ARGV[5])
redis.call('SET', KEYS[6], ARGV[6], 'EX', ARGV[7])
local life = math.max(tonumber(ARGV[5]), tonumber(ARGV[7]))
for _, key in ipairs({KEYS[1], KEYS[7]}) do
  if redis.call('TTL', key) < life then redis.call('EXPIRE', key, life) end
end
return {'WON', ''}
""")
