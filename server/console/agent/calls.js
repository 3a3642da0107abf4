// The calls that this screen knows, out of events and answers. Pure: times come in, nothing is asked or drawn here.
//
// Each entry is {call, answer, event, choice}: what the API tells of the call, who it is said to be, the number of the
// last event that it stands for, and of the last one that told of another choice. Entries are replaced, never changed.

export const callsMax = 50

// A phone system that does not say how a call went on has stopped ringing by then, and hung up.
const ringingMax = 3 * 60_000
const talkingMax = 4 * 3_600_000
const overShown = 30_000
const overMax = 3

const order = { ringing: 0, answered: 1, ended: 2 }

// "ringing", "answered", "elsewhere" (somebody else took it), "ended", or "untold": it must be over by now.
export function phaseOf(call, now, agent = '') {
  if (call.state === 'ringing') return now - Date.parse(call.started_at) > ringingMax ? 'untold' : 'ringing'
  if (call.state !== 'answered') return 'ended'
  if (now - Date.parse(call.answered_at ?? call.started_at) > talkingMax) return 'untold'
  return agent !== '' && call.answered_by !== '' && call.answered_by !== agent ? 'elsewhere' : 'answered'
}

// When nothing more was to be done about it.
function overAt(call, phase) {
  if (phase === 'ended') return Date.parse(call.ended_at ?? call.started_at)
  if (phase === 'elsewhere') return Date.parse(call.answered_at)
  return Date.parse(call.started_at)
}

export const isOver = (phase) => phase === 'ended' || phase === 'untold' || phase === 'elsewhere'

// A call as GET /v1/calls reports it, with what became known after its ring.
export function entryOf(report, event = 0) {
  return { call: report.call, answer: report.changes?.at(-1)?.answer ?? report.answer, event, choice: 0 }
}

const isSamePick = (left, right) => left?.record === right?.record && left?.at === right?.at

const byStart = (left, right) => Date.parse(right.call.started_at) - Date.parse(left.call.started_at)

export class CallBook {
  #calls = new Map()
  // The number of the last event that was taken.
  newest = 0
  // The call that came last while this page looked on.
  last = ''

  get(id) { return this.#calls.get(id) }
  entries() { return [...this.#calls.values()].sort(byStart).reverse() }

  // One event of the stream; gives {before, entry}, or null where something newer is known.
  takeEvent(number, told) {
    this.newest = Math.max(this.newest, number)
    const { call, ...answer } = told
    const before = this.#calls.get(call.id)
    if (before && number <= before.event) return null
    // A list that was asked for told of what this event and others led to.
    if (before && order[call.state] < order[before.call.state]) {
      this.#calls.set(call.id, { ...before, event: number })
      return null
    }
    const choice = isSamePick(before?.call.picked, call.picked) ? before?.choice ?? 0 : number
    const entry = { call, answer, event: number, choice }
    this.#calls.set(call.id, entry)
    if (!before) this.last = call.id
    this.#bound()
    return { before, entry }
  }

  // The answer to an action that was asked for when `since` was the newest event.
  takeTold(told, since) {
    const { call, ...answer } = told
    const before = this.#calls.get(call.id)
    if (!before) return null
    let entry = { ...before, call, answer: answer.number ? answer : before.answer }
    if (before.event > since || order[call.state] < order[before.call.state]) {
      // The call went on meanwhile. The choice counts all the same, unless an event told of one: then it tells of all.
      if (before.choice > since) return null
      entry = { ...before, call: { ...before.call, picked: call.picked } }
    }
    this.#calls.set(call.id, entry)
    return { before, entry }
  }

  // The list of calls that was asked for when `since` was the newest event. `anew`: what the server does not have any
  // more goes as well, unless it may stand on a page further back, or is over and stays as what was seen last.
  takeReports(reports, since, { anew = false, hasMore = false } = {}) {
    if (anew) this.#dropMissing(reports, since, hasMore)
    for (const report of reports) {
      const before = this.#calls.get(report.call.id)
      if (before && (before.event > since || order[report.call.state] < order[before.call.state])) continue
      this.#calls.set(report.call.id, entryOf(report, since))
    }
    this.#bound()
  }

  #dropMissing(reports, since, hasMore) {
    const listed = new Set(reports.map(({ call }) => call.id))
    const oldest = hasMore ? Math.min(...reports.map(({ call }) => Date.parse(call.started_at))) : -Infinity
    for (const [id, { call, event }] of this.#calls) {
      const isKept = listed.has(id) || event > since || call.state === 'ended' || Date.parse(call.started_at) <= oldest
      if (!isKept) this.#calls.delete(id)
    }
  }

  // The server counts its events anew.
  forgetOrder() {
    this.newest = 0
    for (const [id, entry] of this.#calls) this.#calls.set(id, { ...entry, event: 0, choice: 0 })
  }

  // What stands on the screen: the newest ringing call first, then those on the phone, then what is just over. The last
  // one stays until the next rings, those of `inUse` as long as they are.
  onScreen(now, agent = '', inUse = new Set()) {
    const all = [...this.#calls.values()].map((entry) => ({ ...entry, phase: phaseOf(entry.call, now, agent) }))
    const going = all.filter(({ phase }) => !isOver(phase))
    const isJustOver = ({ call, phase }) => phase !== 'untold' && now - overAt(call, phase) < overShown
    let room = overMax
    const over = all
      .filter((entry) => isOver(entry.phase) && (isJustOver(entry) || inUse.has(entry.call.id)))
      .sort((left, right) => overAt(right.call, right.phase) - overAt(left.call, left.phase))
      .filter(({ call }) => inUse.has(call.id) || room-- > 0)
    const last = all.find(({ call }) => call.id === this.last)
    if (going.length + over.length === 0 && last) return [last]
    const later = (left, right) => (left.phase === right.phase ? byStart(left, right) : left.phase === 'ringing' ? -1 : 1)
    return [...going.sort(later), ...over]
  }

  #bound() {
    if (this.#calls.size <= callsMax) return
    const oldest = [...this.#calls.values()].sort(byStart).slice(callsMax)
    for (const { call } of oldest) this.#calls.delete(call.id)
  }
}
