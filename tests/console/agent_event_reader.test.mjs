// Server-sent events, however the stream is cut.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EventReader, eventCharsMax } from '../../server/console/agent/event_reader.js'

const stream = '\uFEFF:hello\n\nid: 7\nevent: ringing\ndata: {"a":\ndata: 1}\n\n'
  + 'data\r\nid:8\r\n\r\nid: 9\ndata:  two blanks\nunknown: x\nretry: 5\n\n'
  + 'event: lost\nid: 10\n\nid: 1\0 1\ndata: last\r\rdata: unfinished\n'
const wanted = [
  { id: '7', type: 'ringing', data: '{"a":\n1}' },
  { id: '8', type: 'message', data: '' },
  { id: '9', type: 'message', data: ' two blanks' },
  { id: '10', type: 'message', data: 'last' },
]

test('events come out the same wherever the stream is cut', () => {
  for (let first = 0; first <= stream.length; ++first) {
    for (const second of [first, first + 1, stream.length]) {
      const reader = new EventReader()
      const parts = [stream.slice(0, first), stream.slice(first, second), stream.slice(second)]
      assert.deepEqual(parts.flatMap((part) => reader.read(part)), wanted, `cut at ${first} and ${second}`)
    }
  }
})

test('one character at a time', () => {
  const reader = new EventReader()
  assert.deepEqual([...stream].flatMap((sign) => reader.read(sign)), wanted)
  assert.equal(reader.id, '10')
})

test('a heartbeat is no event', () => {
  const reader = new EventReader()
  assert.deepEqual(reader.read(':\n\n:\n\n'), [])
})

test('an endless event is refused, in one line or in many', () => {
  const line = new EventReader()
  assert.throws(() => { for (let i = 0; i < 20; ++i) line.read('x'.repeat(eventCharsMax / 10)) })
  const lines = new EventReader()
  assert.throws(() => { for (let i = 0; i < 20; ++i) lines.read(`data: ${'x'.repeat(eventCharsMax / 10)}\n`) })
})
