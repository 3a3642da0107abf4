// The server's time, as far as it can be told from when rings arrive. Pure: what this machine's clock says comes in.

const measuresMax = 5
// Less is the way that a ring takes.
const skewMin = 2000
// A ring is never this long under way; then one of the clocks was set.
const setMin = 30_000

export class ServerClock {
  // How much later than their time on the server the last rings came.
  #measures = []

  // A ring that came this moment, with its time there.
  rang(startedAt, now) {
    const measure = now - Date.parse(startedAt)
    if (Number.isNaN(measure)) return
    if (this.#measures.some((one) => Math.abs(measure - one) > setMin)) this.#measures = []
    this.#measures = [...this.#measures, measure].slice(-measuresMax)
  }

  // The one that was under way least is nearest.
  now(now) {
    const skew = Math.min(...this.#measures)
    return Number.isFinite(skew) && Math.abs(skew) > skewMin ? now - skew : now
  }
}
