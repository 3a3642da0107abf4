// The history: pages of calls from the API, newest first, kept up with what happens now. One list for all calls of this
// screen, and one for each search.

import { entryOf } from './calls.js'

export const pageSize = 50
// What a page shows at once; further back, the newest make room.
export const listedMax = 200

// A time before which the call began; others may have begun with it.
const justAfter = (entry) => (entry ? new Date(Date.parse(entry.call.started_at) + 1).toISOString() : undefined)

export class CallList {
  #get
  #query
  #next = null
  #cut = false
  #turn = 0
  #room = pageSize
  items = []
  loading = false
  // Whether the newest page was there once.
  loaded = false
  problem = ''
  error = null
  // The newest are not in it any more.
  detached = false

  // `get(path, query)` asks the API; `query` is {agent} or {number}.
  constructor(get, query) {
    this.#get = get
    this.#query = query
  }

  get hasMore() { return this.#cut || this.#next !== null }

  // The newest page; gives its reports, or null where it failed or another load overtook it.
  async load() {
    return this.#ask({}, (reports) => {
      this.items = reports.map((report) => entryOf(report))
      this.#cut = false
      this.#room = pageSize
      this.detached = false
      this.loaded = true
    })
  }

  async more() {
    const where = this.#cut || this.#next === null ? { until: justAfter(this.items.at(-1)) } : { behind: this.#next }
    return this.#ask(where, (reports) => {
      const known = new Set(this.items.map(({ call }) => call.id))
      const older = reports.map((report) => entryOf(report)).filter(({ call }) => !known.has(call.id))
      this.detached = this.detached || this.items.length + older.length > listedMax
      this.items = [...this.items, ...older].slice(-listedMax)
      this.#room = Math.max(pageSize, this.items.length)
      this.#cut = false
    })
  }

  async #ask(where, take) {
    const turn = ++this.#turn
    this.loading = true
    this.problem = ''
    this.error = null
    try {
      const page = await this.#get('/v1/calls', { ...this.#query, ...where, limit: pageSize })
      if (turn !== this.#turn) return null
      take(page.calls)
      this.#next = page.next
      return page.calls
    } catch (error) {
      if (turn !== this.#turn) return null
      this.problem = error.code === 'bad_number'
        ? 'This is no phone number. Write it as +442079460100, or as it is dialled at home.' : error.message
      this.error = error
      return null
    } finally {
      if (turn === this.#turn) this.loading = false
    }
  }

  // A call that happened or changed now; a search only keeps up with what it found.
  take(entry) {
    const at = this.items.findIndex(({ call }) => call.id === entry.call.id)
    if (at >= 0) {
      this.items = this.items.map((one, i) => (i === at ? entry : one))
      return
    }
    if (this.#query.number || this.detached) return
    // A call may be told of late, after others that began later.
    let place = this.items.findIndex(({ call }) => Date.parse(call.started_at) <= Date.parse(entry.call.started_at))
    if (place < 0) {
      if (this.hasMore) return
      place = this.items.length
    }
    this.items = [...this.items.slice(0, place), entry, ...this.items.slice(place)]
    // What is under way goes on behind the last one that was there.
    if (this.loading || this.items.length <= this.#room) return
    this.items = this.items.slice(0, this.#room)
    this.#cut = true
  }
}
