// What people do for a living, which a ring's answer does not tell: from the records of those who are on the screen.

const keptMax = 100

export class Titles {
  #get
  #changed
  #known = new Map()
  #allowed = true

  constructor(get, changed) {
    this.#get = get
    this.#changed = changed
  }

  of(record) {
    if (!record || !this.#allowed) return ''
    if (!this.#known.has(record)) this.#ask(record)
    return this.#known.get(record)
  }

  async #ask(record) {
    this.#known.set(record, '')
    if (this.#known.size > keptMax) this.#known.delete(this.#known.keys().next().value)
    try {
      const { title } = await this.#get(`/v1/records/${encodeURIComponent(record)}`)
      if (!title || !this.#known.has(record)) return
      this.#known.set(record, title)
      this.#changed()
    } catch (error) {
      // A key may see calls and not records.
      if (error.status === 403) this.#allowed = false
    }
  }
}
