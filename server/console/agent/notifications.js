// Desktop notifications: asked for by a click, shown while nobody looks at the page, taken away when it rings no more.

const shownMax = 20

export class Notifications {
  #window
  #shown = new Map()

  // "on", "askable", "blocked", "insecure" or "missing"; as it was when it was looked at last, since to look takes a
  // browser longer than all the rest of a ring.
  state = 'missing'

  constructor(window) {
    this.#window = window
    this.look()
  }

  // People change it beside the address at any time.
  look() { this.state = this.#read() }

  #read() {
    if (!('Notification' in this.#window)) return this.#window.isSecureContext ? 'missing' : 'insecure'
    const { permission } = this.#window.Notification
    if (permission === 'granted') return 'on'
    if (!this.#window.isSecureContext) return 'insecure'
    return permission === 'denied' ? 'blocked' : 'askable'
  }

  async ask() {
    await this.#window.Notification.requestPermission()
    this.look()
  }

  // Who looks at the page sees the call there.
  isNeeded() {
    const { document } = this.#window
    return document.visibilityState === 'hidden' || !document.hasFocus()
  }

  show(id, title, body) {
    if (this.state !== 'on' || !this.isNeeded()) return
    this.close(id)
    try {
      const one = new this.#window.Notification(title, { body, tag: `ringdex-${id}`, icon: '/console/icon.svg' })
      one.onclick = () => {
        this.#window.focus()
        one.close()
      }
      one.onclose = () => { if (this.#shown.get(id) === one) this.#shown.delete(id) }
      this.#shown.set(id, one)
    } catch {
      // Browsers of phones have the name but let no page make one.
    }
    const [oldest] = this.#shown.keys()
    if (this.#shown.size > shownMax) this.close(oldest)
  }

  close(id) {
    this.#shown.get(id)?.close()
    this.#shown.delete(id)
  }
}

// What the button says, and what the dialog explains.
const words = {
  on: ['Notifications on', 'A notification comes with each ring while this page is out of sight. To end them, take the '
    + 'permission back in the browser, beside the address.'],
  askable: ['Turn on notifications', ''],
  blocked: ['Notifications blocked', 'Notifications are blocked for this page in the browser. To have them, allow them '
    + 'beside the address, and load the page again.'],
  insecure: ['No notifications', 'Browsers show notifications only for pages over HTTPS. Ask whoever runs ringdex to '
    + 'set up http.tls.'],
  missing: ['No notifications', 'This browser has no notifications for pages.'],
}
export const notificationWords = (state) => ({ button: words[state][0], help: words[state][1] })
