// The server's time, as far as it can be told from what it sends: at no moment is it before the newest time that it has
// named. So ages are right for whoever's own clock is slow. Pure; both clocks are given.

const jump = 2_000

// `clock` gives the own time, which may be set; `steady` milliseconds that only run on.
export function serverClock(clock, steady) {
  let ahead = 0
  let apart = clock() - steady()

  // What was learned from a clock that was set since then is worth nothing.
  function look() {
    const before = apart
    apart = clock() - steady()
    if (Math.abs(apart - before) > jump) ahead = 0
  }
  return {
    now() {
      look()
      return clock() + ahead
    },
    heard(time) {
      look()
      if (Number.isFinite(time)) ahead = Math.max(ahead, time - clock())
    },
  }
}

const ownTimes = [
  ['sources', ['since', 'checkpoint_at', 'swept_at']],
  ['runs', ['started_at', 'finished_at']],
  ['events', ['received_at', 'settled_at']],
]

// The newest of the times that the server wrote down by its own clock; nothing if an answer holds none.
export function newestTime(answer) {
  let newest = -Infinity
  for (const [list, members] of ownTimes) {
    if (!Array.isArray(answer?.[list])) continue
    for (const one of answer[list]) {
      for (const member of members) newest = Math.max(newest, Date.parse(one?.[member]) || -Infinity)
    }
  }
  return Number.isFinite(newest) ? newest : undefined
}
