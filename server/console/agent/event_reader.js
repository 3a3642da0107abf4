// Server-sent events out of the text of a stream, however it is cut (WHATWG HTML, section 9.2.6). Pure; one a stream.

// An event that is longer than this is none of this server's.
export const eventCharsMax = 1 << 20

export class EventReader {
  #line = ''
  #afterReturn = false
  #first = true
  #type = ''
  #data = []
  #chars = 0
  // Of the last event that came, with it or before.
  id = ''

  // The events that are complete with this text: [{id, type, data}]. Throws where the stream is none.
  read(text) {
    const events = []
    let rest = text
    if (this.#first && rest !== '') {
      this.#first = false
      if (rest.startsWith('\uFEFF')) rest = rest.slice(1)
    }
    if (this.#afterReturn && rest !== '') {
      this.#afterReturn = false
      if (rest.startsWith('\n')) rest = rest.slice(1)
    }
    let begin = 0
    for (;;) {
      const end = lineEnd(rest, begin)
      if (end < 0) break
      this.#takeLine(this.#line + rest.slice(begin, end), events)
      this.#line = ''
      begin = end + 1
      if (rest[end] !== '\r') continue
      if (begin === rest.length) this.#afterReturn = true
      else if (rest[begin] === '\n') begin += 1
    }
    this.#line += rest.slice(begin)
    if (this.#line.length + this.#chars > eventCharsMax) throw new Error('an event is too long')
    return events
  }

  #takeLine(line, events) {
    if (line === '') return this.#endEvent(events)
    const colon = line.indexOf(':')
    if (colon === 0) return
    const name = colon < 0 ? line : line.slice(0, colon)
    let value = colon < 0 ? '' : line.slice(colon + 1)
    if (value.startsWith(' ')) value = value.slice(1)
    if (name === 'event') this.#type = value
    if (name === 'id' && !value.includes('\0')) this.id = value
    if (name !== 'data') return
    this.#chars += value.length + 1
    if (this.#chars > eventCharsMax) throw new Error('an event is too long')
    this.#data.push(value)
  }

  #endEvent(events) {
    if (this.#data.length > 0) {
      events.push({ id: this.id, type: this.#type || 'message', data: this.#data.join('\n') })
    }
    this.#type = ''
    this.#data = []
    this.#chars = 0
  }
}

function lineEnd(text, from) {
  const feed = text.indexOf('\n', from)
  const carriage = text.indexOf('\r', from)
  if (feed < 0 || carriage < 0) return Math.max(feed, carriage)
  return Math.min(feed, carriage)
}
