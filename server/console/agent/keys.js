// The page's keys. Pure but for the switch, which is remembered in the browser.

const letters = new Map(Object.entries({ u: 'undo', n: 'name', h: 'history', j: 'next', k: 'previous', '?': 'keys' }))

export const keyList = [
  { keys: ['1', '…', '9'], what: 'choose that person' },
  { keys: ['U'], what: 'take the choice back' },
  { keys: ['N'], what: 'name the unknown caller' },
  { keys: ['J', 'K'], what: 'to the next call, to the one before' },
  { keys: ['H'], what: 'to the history' },
  { keys: ['?'], what: 'this list' },
]

const isField = (target) =>
  Boolean(target?.closest?.('input:not([type=checkbox]), textarea, select, [contenteditable]'))

// {name, at?}, or null. `target` is where the key was pressed.
export function actionOf({ key, ctrlKey, metaKey, altKey, isComposing, repeat, target }) {
  if (ctrlKey || metaKey || altKey || isComposing || repeat || isField(target)) return null
  if (target?.closest?.('dialog')) return null
  if (/^[1-9]$/.test(key)) return { name: 'pick', at: Number(key) - 1 }
  const name = letters.get(key.toLowerCase())
  return name ? { name } : null
}

const handoverMax = 1000
const settlingMax = handoverMax / 2

// Whether a key or a click may have been meant for a field that went away, or for a call that was in its place a moment
// ago.
export class KeyGuard {
  #typedAt = -Infinity
  #movedAt = -Infinity
  #ids = []
  #target = null

  typed(now) { this.#typedAt = now }

  // What stands on the screen from now on, in its order, and the call that keys are for. `chosen`: by the person.
  shows(ids, target, now, chosen) {
    // Nothing can be done to nothing: what stood there before still counts.
    if (ids.length === 0) return
    const isReplaced = this.#ids.some((id, at) => at < ids.length && ids[at] !== id)
    const isTurned = this.#target !== null && this.#target !== target && !chosen
    if (isReplaced || isTurned) this.#movedAt = now
    this.#ids = ids
    this.#target = target
  }

  // For how long clicks wait yet.
  settling(now) { return Math.max(0, this.#movedAt + settlingMax - now) }
  lets(now) { return now - this.#typedAt > handoverMax && this.settling(now) === 0 }
  static isField = isField
}

const stored = 'ringdex.agent.keys'

export function keysAreOn(storage) {
  try {
    return storage.getItem(stored) !== 'off'
  } catch {
    return true
  }
}

export function turnKeys(storage, on) {
  try {
    on ? storage.removeItem(stored) : storage.setItem(stored, 'off')
  } catch {
    // A browser that keeps nothing forgets it with the page.
  }
}
