// When a run's list of what it did not take is asked for. Pure.

const growthEvery = 15_000

// `counted`: the run's outcome and number of them when the list came, and when. The list may be long: while the run goes on
// it is asked for again only now and then, and only if it grew.
export function rejectsAreDue(counted, run, now) {
  if (counted === null || counted.outcome !== run.outcome) return true
  return counted.skipped !== run.skipped && now - counted.at >= growthEvery
}
