// A list whose elements stay with their items as these come, go and move. In place of lit-html's `repeat`, which since
// 3.3.1 leaves a comment in the page for each item that goes (lit/lit issue 5298).

import { noChange } from './vendor/lit-html/lit-html.js'
import { Directive, directive } from './vendor/lit-html/directive.js'
import {
  clearPart, getCommittedValue, insertPart, removePart, setChildPartValue, setCommittedValue,
} from './vendor/lit-html/directive-helpers.js'

class KeyedList extends Directive {
  #parts = new Map()

  // No two items may have the same key.
  render(items, keyOf, template) {
    return items.map((item, at) => template(item, at))
  }

  update(container, [items, keyOf, template]) {
    // Something else stood here until now.
    if (!Array.isArray(getCommittedValue(container))) {
      clearPart(container)
      this.#parts = new Map()
    }
    const keys = new Set(items.map(keyOf))
    for (const [key, part] of this.#parts) {
      if (keys.has(key)) continue
      const end = part.endNode
      removePart(part)
      end.remove()
    }
    const parts = new Map()
    let next
    for (let at = items.length - 1; at >= 0; --at) {
      const key = keyOf(items[at])
      next = insertPart(container, next, this.#parts.get(key))
      setChildPartValue(next, template(items[at], at))
      parts.set(key, next)
    }
    this.#parts = parts
    setCommittedValue(container, [...parts.values()].reverse())
    return noChange
  }
}

// keyedList(items, keyOf(item), template(item, at))
export const keyedList = directive(KeyedList)
