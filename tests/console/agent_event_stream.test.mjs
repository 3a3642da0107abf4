// The stream of events against a network that does all that networks do; time and chance are the test's.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EventStream, retryDelay, silenceMax } from '../../server/console/agent/event_stream.js'

// A server whose connections the test holds, and a clock that it moves.
function scene({ refuse } = {}) {
  const timers = new Map()
  const asked = []
  const told = []
  let clock = 0
  let count = 0
  const outside = {
    now: () => clock,
    random: () => 1,
    setTimer: (run, wait) => { timers.set(++count, { run, at: clock + wait }); return count },
    clearTimer: (timer) => timers.delete(timer),
    fetch: (path, { signal }) => new Promise((resolve, reject) => {
      const one = { path, signal }
      asked.push(one)
      one.fail = () => reject(new TypeError('network'))
      one.answer = (status, headers = {}) => {
        const body = new ReadableStream({ start: (controller) => { one.controller = controller } })
        resolve(new Response(status === 204 ? null : body, {
          status, headers: { 'Content-Type': 'text/event-stream', ...headers },
        }))
      }
      one.send = (text) => one.controller.enqueue(new TextEncoder().encode(text))
      one.end = () => one.controller.close()
      signal.addEventListener('abort', () => {
        reject(new DOMException('aborted', 'AbortError'))
        try { one.controller?.error(new DOMException('aborted', 'AbortError')) } catch { /* it has ended */ }
      })
    }),
  }
  const stream = new EventStream((lastId) => `/v1/events?last=${lastId}`, {
    event: (event) => {
      if (event.type === refuse) throw new Error('of the test')
      told.push(event.type)
    },
    state: (state) => told.push(state),
    refused: (status) => told.push(`refused ${status}`),
  }, outside)
  const settle = async () => { for (let i = 0; i < 20; ++i) await new Promise(setImmediate) }
  return {
    stream, asked, told, settle,
    waits: () => [...timers.values()].map(({ at }) => at - clock),
    async pass(time) {
      clock += time
      for (const [key, { run, at }] of [...timers]) {
        if (at > clock || !timers.delete(key)) continue
        run()
      }
      await settle()
    },
    async open(at, text = 'id: 3\nevent: ready\ndata: {}\n\n') {
      asked[at].answer(200)
      await settle()
      asked[at].send(text)
      await settle()
    },
  }
}

test('waits grow, with chance, and end at half a minute', () => {
  const longest = [...Array(20).keys()].map((failures) => retryDelay(failures, 1))
  assert.deepEqual(longest, [...longest].sort((a, b) => a - b))
  assert.equal(longest.at(-1), 30_000)
  for (const failures of [0, 3, 19]) {
    assert.ok(retryDelay(failures, 0) >= retryDelay(failures, 1) / 2)
    assert.ok(retryDelay(failures, 0) < retryDelay(failures, 1))
  }
  assert.equal(retryDelay(0, 0, 10_000), 10_000)
})

test('after a cut it comes back with the last id that was told', async () => {
  const { stream, asked, told, settle, open, pass } = scene()
  stream.start()
  assert.equal(asked[0].path, '/v1/events?last=')
  await open(0)
  asked[0].send('id: 8\nevent: ringing\ndata: {}\n\nid: 9\nevent: ringing\ndata: half')
  await settle()
  asked[0].end()
  await settle()
  assert.deepEqual(told, ['connecting', 'open', 'ready', 'ringing', 'waiting'])
  await pass(1000)
  assert.equal(asked[1].path, '/v1/events?last=8')
  stream.stop()
})

test('an unreachable server is asked at growing waits, and at once when the network is back', async () => {
  const { stream, asked, settle, waits, pass } = scene()
  stream.start()
  const seen = []
  for (let i = 0; i < 4; ++i) {
    asked[i].fail()
    await settle()
    seen.push(waits()[0])
    await pass(waits()[0])
  }
  assert.deepEqual(seen, [400, 800, 1600, 3200])
  asked[4].fail()
  await settle()
  stream.nudge()
  assert.equal(asked.length, 6)
  stream.stop()
  assert.deepEqual(waits(), [])
})

test('a connection without heartbeats is given up, a living one is not', async () => {
  const { stream, asked, told, settle, open, pass } = scene()
  stream.start()
  await open(0)
  for (let i = 0; i < 5; ++i) {
    await pass(silenceMax - 1)
    asked[0].send(':\n\n')
    await settle()
  }
  assert.equal(asked.length, 1)
  await pass(silenceMax)
  assert.ok(asked[0].signal.aborted)
  assert.equal(told.at(-1), 'waiting')
  await pass(500)
  assert.equal(asked[1].path, '/v1/events?last=3')
  stream.stop()
})

test('a server that accepts and never answers is given up', async () => {
  const { stream, asked, pass } = scene()
  stream.start()
  await pass(15_000)
  assert.ok(asked[0].signal.aborted)
  await pass(400)
  assert.equal(asked.length, 2)
  stream.stop()
})

test('looking at the page again replaces a silent connection, and leaves a living one', async () => {
  const { stream, asked, open, pass } = scene()
  stream.start()
  await open(0)
  await pass(10_000)
  stream.nudge()
  assert.equal(asked.length, 1)
  await pass(15_000)
  stream.nudge()
  assert.equal(asked.length, 2)
  stream.stop()
})

test('signed out ends it; too many and busy are waited for as long as the server asks', async () => {
  for (const status of [401, 403]) {
    const { stream, asked, told, settle, waits } = scene()
    stream.start()
    asked[0].answer(status)
    await settle()
    assert.equal(told.at(-1), `refused ${status}`)
    assert.deepEqual(waits(), [])
  }
  for (const status of [429, 503]) {
    const { stream, asked, settle, waits } = scene()
    stream.start()
    asked[0].answer(status, { 'Retry-After': '10' })
    await settle()
    assert.deepEqual(waits(), [10_000])
    stream.stop()
  }
})

test('an id that the server refuses is not sent again, and what is no stream of events is none', async () => {
  const { stream, asked, settle, open, pass, told } = scene()
  stream.start()
  await open(0)
  asked[0].end()
  await settle()
  await pass(1000)
  asked[1].answer(400)
  await settle()
  await pass(1000)
  assert.equal(asked[2].path, '/v1/events?last=')
  asked[2].answer(200, { 'Content-Type': 'text/html' })
  await settle()
  assert.equal(told.at(-1), 'waiting')
  stream.stop()
})

test('an event that the page cannot take is passed over, and reported', async (t) => {
  const reported = t.mock.method(console, 'error', () => {})
  const { stream, asked, told, settle, open } = scene({ refuse: 'changed' })
  stream.start()
  await open(0, 'id: 3\nevent: changed\ndata: {}\n\nid: 4\nevent: ready\ndata: {}\n\n')
  asked[0].send('id: 5\nevent: changed\ndata: {}\n\nid: 6\nevent: ringing\ndata: {}\n\n')
  await settle()
  assert.deepEqual(told, ['connecting', 'open', 'ready', 'ringing'])
  assert.equal(reported.mock.callCount(), 2)
  assert.equal(stream.lastId, '6')
  assert.equal(asked.length, 1)
  stream.stop()
})

test('sleep counts as silence, though timers and the clock of the page stand still in it', async (t) => {
  const bodies = []
  t.mock.method(globalThis, 'fetch', async () => {
    const body = new ReadableStream({ start: (controller) => bodies.push(controller) })
    return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } })
  })
  t.mock.timers.enable({ apis: ['Date'], now: Date.parse('2026-03-02T10:00:00Z') })
  const stream = new EventStream(() => '/v1/events', { event: () => {}, state: () => {}, refused: () => {} })
  const settle = async () => { for (let i = 0; i < 20; ++i) await new Promise(setImmediate) }
  stream.start()
  await settle()
  bodies[0].enqueue(new TextEncoder().encode('id: 3\nevent: ready\ndata: {}\n\n'))
  await settle()
  stream.nudge()
  assert.equal(bodies.length, 1)
  t.mock.timers.setTime(Date.parse('2026-03-02T18:00:00Z'))
  stream.nudge()
  await settle()
  assert.equal(bodies.length, 2)
  stream.stop()
})

test('after a refusal it can be started again', async () => {
  const { stream, asked, told, settle, open } = scene()
  stream.start()
  asked[0].answer(403)
  await settle()
  stream.nudge()
  assert.equal(asked.length, 1)
  stream.start()
  await open(1)
  assert.deepEqual(told.slice(-2), ['open', 'ready'])
  stream.stop()
})
