// What people do for a living, which a ring's answer does not tell: from the records of those who are on the screen.

import { segment } from '../api.js'

const keptMax = 100
const trustedFor = 10 * 60_000
const triedAgainAfter = 60_000

export class Titles {
  #get
  #changed
  // By record: {title, askAgainAt}
  #known = new Map()
  #allowed = true

  constructor(get, changed) {
    this.#get = get
    this.#changed = changed
  }

  // `now`: of a clock that is never set.
  of(record, now) {
    if (!record || !this.#allowed) return ''
    const known = this.#known.get(record)
    if (!known || now >= known.askAgainAt) this.#ask(record, now)
    return known?.title ?? ''
  }

  async #ask(record, now) {
    this.#keep(record, { title: this.#known.get(record)?.title ?? '', askAgainAt: now + triedAgainAfter })
    try {
      const { title } = await this.#get(`/v1/records/${segment(record)}`)
      const before = this.#known.get(record)
      if (!before) return
      this.#keep(record, { title: title ?? '', askAgainAt: now + trustedFor })
      if (before.title !== (title ?? '')) this.#changed()
    } catch (error) {
      // A key may see calls and not records.
      if (error.status === 403) this.#allowed = false
    }
  }

  #keep(record, known) {
    this.#known.delete(record)
    this.#known.set(record, known)
    if (this.#known.size > keptMax) this.#known.delete(this.#known.keys().next().value)
  }
}
