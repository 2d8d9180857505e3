"""The atomic steps of a Session, in Lua. The keys are explained in the package's docstring.

The value of a Session is `<idle until><ends at><sealed>`, both times as ten digits of epoch seconds. Its key
lives until the second: idle ends single sign-on alone, and refresh, watch and sign-out still have to find it
(DESIGN §6.24).
"""

from bridge.stores.redis.connection import Script

# Returns what the Session was before (ports.sessions.Saved).
SAVE = Script("""
if redis.call('EXISTS', KEYS[2]) == 1 then return 'ended' end
local old = redis.call('GET', KEYS[1])
if old then
  redis.call('SET', KEYS[1], string.sub(old, 1, 20) .. ARGV[1], 'KEEPTTL')
  return 'live'
end
local now, idle, ends = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local idle_until = math.min(now + idle, ends)
if idle_until <= now then return 'ended' end
redis.call('SET', KEYS[1], string.format('%010d%010d', idle_until, ends) .. ARGV[1], 'EX', ends - now)
return 'new'
""")

GET = Script("""
local value = redis.call('GET', KEYS[1])
if not value then return false end
local now = tonumber(ARGV[1])
local idle_until, ends = tonumber(string.sub(value, 1, 10)), tonumber(string.sub(value, 11, 20))
if now >= idle_until then return false end
local later = math.min(now + tonumber(ARGV[2]), ends)
if later > idle_until then redis.call('SETRANGE', KEYS[1], 0, string.format('%010d', later)) end
return string.sub(value, 21)
""")

# Returns {sealed or '', the members of its set of Grants}; false where there is neither.
PEEK = Script("""
local value, grants = redis.call('GET', KEYS[1]), redis.call('SMEMBERS', KEYS[2])
if not value and #grants == 0 then return false end
return {value and string.sub(value, 21) or '', grants}
""")

# Returns as PEEK, and ends the Session. The mark that stays keeps requests under way from saving it again, or
# from opening Grants in it.
END = Script("""
local value, grants = redis.call('GET', KEYS[1]), redis.call('SMEMBERS', KEYS[2])
if not value and #grants == 0 then return false end
redis.call('DEL', KEYS[1], KEYS[2])
redis.call('SET', KEYS[3], '1', 'EX', ARGV[1])
return {value and string.sub(value, 21) or '', grants}
""")

# Lists a Grant in its Session; 0 where the Session was ended.
NOTE = Script("""
if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
redis.call('SADD', KEYS[1], ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[2])
return 1
""")
