-- For wrk: asks for the numbers of a file in turn. The requests are made beforehand, so that asking costs little.
-- Arguments: FILE ROUND; another round begins elsewhere in the file.
local requests = {}
local at = 0

function init(arguments)
  for number in io.lines(arguments[1]) do
    requests[#requests + 1] = wrk.format("GET", "/v1/lookup?number=%2B" .. number:sub(2))
  end
  at = (tonumber(arguments[2]) * 7919) % #requests
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format("RESULT %d %d %d %.0f %d\n", latency:percentile(50), latency:percentile(99),
    latency:percentile(99.9), summary.requests / (summary.duration / 1000000),
    e.connect + e.read + e.write + e.status + e.timeout))
end
