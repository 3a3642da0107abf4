// The stream of a server's events, kept alive: reads with fetch, since EventSource hides heartbeats and statuses.
//
//   connecting -> open -> waiting -> connecting ...
//        \-> stopped (refused: nothing more is tried, until it is started again)

import { EventReader } from './event_reader.js'

// The server sends a comment in 15 seconds of silence.
export const silenceMax = 45_000
const nudgedSilenceMax = 20_000
const answerWaitMax = 15_000
const delayFirst = 400
const delayMax = 30_000

// How long to wait before the next try, after `failures` in a row; `draw` is from 0 to 1.
export function retryDelay(failures, draw, askedFor = 0) {
  const longest = Math.min(delayMax, delayFirst * 2 ** Math.min(failures, 12))
  return Math.max(longest * (0.5 + draw / 2), askedFor)
}

// What the outside gives; tests bring their own.
const browser = {
  fetch: (...given) => fetch(...given),
  // The other clock stands still while the machine sleeps.
  now: () => Date.now(),
  random: () => Math.random(),
  setTimer: (run, wait) => setTimeout(run, wait),
  clearTimer: (timer) => clearTimeout(timer),
}

export class EventStream {
  #path
  #told
  #outside
  #abort = null
  #timer = null
  #failures = 0
  #heardAt = 0
  lastId = ''
  state = 'waiting'

  // `path(lastId)` gives the address; `told` has event({id, type, data}), state(name) and refused(status).
  constructor(path, told, outside = browser) {
    this.#path = path
    this.#told = told
    this.#outside = outside
  }

  start() { this.#connect() }

  stop() {
    this.#enter('stopped')
    this.#outside.clearTimer(this.#timer)
    this.#abort?.abort()
    this.#abort = null
  }

  // The network is back, or somebody looks at the page again: no more waiting, and no trust in a silent connection.
  nudge() {
    const silent = this.#outside.now() - this.#heardAt
    if (this.state === 'waiting' || (this.state === 'open' && silent > nudgedSilenceMax)) this.#connect()
  }

  #enter(state) {
    if (this.state === state) return
    this.state = state
    this.#told.state(state)
  }

  async #connect() {
    this.#outside.clearTimer(this.#timer)
    this.#abort?.abort()
    const abort = new AbortController()
    this.#abort = abort
    this.#enter('connecting')
    this.#watch(answerWaitMax, abort)
    let askedFor = 0
    try {
      const answer = await this.#outside.fetch(this.#path(this.lastId), {
        signal: abort.signal, cache: 'no-store', headers: { Accept: 'text/event-stream' },
      })
      if (this.#abort !== abort) return
      if (!answer.ok) {
        askedFor = this.#refusal(answer)
        abort.abort()
      } else if (answer.headers.get('content-type')?.startsWith('text/event-stream')) {
        await this.#read(answer.body.getReader(), abort)
      }
    } catch {
      // Unreachable, cut off, aborted by the watch, or no events at all: tried again below.
    }
    if (this.#abort !== abort || this.state === 'stopped') return
    this.#retry(askedFor)
  }

  // Milliseconds that the server asks for.
  #refusal(answer) {
    if (answer.status === 401 || answer.status === 403) {
      this.stop()
      this.#told.refused(answer.status)
    }
    // What it was told last is no number of this server's.
    if (answer.status === 400) this.lastId = ''
    const seconds = Number(answer.headers.get('retry-after'))
    return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), 120) * 1000 : 0
  }

  async #read(reader, abort) {
    const decoder = new TextDecoder()
    const events = new EventReader()
    for (;;) {
      this.#heardAt = this.#outside.now()
      this.#watch(silenceMax, abort)
      const { value, done } = await reader.read()
      if (done || this.#abort !== abort) return
      for (const event of events.read(decoder.decode(value, { stream: true }))) {
        if (this.#abort !== abort) return
        this.#take(event)
      }
    }
  }

  #take(event) {
    if (event.type === 'ready') {
      this.#failures = 0
      this.#enter('open')
    }
    if (event.id !== '') this.lastId = event.id
    try {
      this.#told.event(event)
    } catch (error) {
      // It would fail again each time that it came; the next ones may not.
      console.error(error)
    }
  }

  #watch(wait, abort) {
    this.#outside.clearTimer(this.#timer)
    this.#timer = this.#outside.setTimer(() => abort.abort(), wait)
  }

  #retry(askedFor) {
    this.#abort.abort()
    this.#enter('waiting')
    this.#outside.clearTimer(this.#timer)
    const delay = retryDelay(this.#failures, this.#outside.random(), askedFor)
    this.#failures += 1
    this.#timer = this.#outside.setTimer(() => this.#connect(), delay)
  }
}
