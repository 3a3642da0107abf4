// What screen readers are told: the text of a live region, which only speaks when it changes. Pure.

const togetherMax = 3
const noBreakSpace = '\u00a0'

export class Announcer {
  #waiting = []
  #text = ''

  say(words) { this.#waiting.push(words) }

  // The text now; the same words again, as when the same caller rings again, are told apart by what nobody hears.
  text() {
    if (this.#waiting.length === 0) return this.#text
    const words = this.#waiting.splice(0).slice(-togetherMax).join('. ')
    this.#text = words === this.#text ? words + noBreakSpace : words
    return this.#text
  }
}
