// What came of the last action with each source: said until the source is in another state, and for a while at least. Pure.

const saidAtLeast = 10_000

export function sourceOutcomes() {
  const kept = new Map()
  return {
    of: (id) => kept.get(id)?.said,
    say(id, said, now) { kept.set(id, { said, at: now, state: null, left: false }) },
    // The states as they are now; the first that is seen after an action is the one that it led to.
    seen(sources, now) {
      for (const [id, one] of kept) {
        const state = sources.find((source) => source.id === id)?.state
        one.state ??= state
        if (state !== one.state) one.left = true
        if (one.left && now - one.at >= saidAtLeast) kept.delete(id)
      }
    },
  }
}
