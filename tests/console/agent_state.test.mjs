// What the page remembers beside the calls: what it said, the server's time, and what people do for a living.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Announcer } from '../../server/console/agent/announcer.js'
import { ServerClock } from '../../server/console/agent/server_clock.js'
import { Titles } from '../../server/console/agent/titles.js'

test('each announcement changes the text, also the same words again; drawing alone does not', () => {
  const announcer = new Announcer()
  assert.equal(announcer.text(), '')
  let before = ''
  for (const words of ['Incoming call: Ada', 'Incoming call: Ada', 'Incoming call: Ada', 'Chosen: Ada', 'Incoming call: Ada']) {
    announcer.say(words)
    const text = announcer.text()
    assert.notEqual(text, before)
    assert.equal(text.trim(), words)
    assert.equal(announcer.text(), text)
    before = text
  }
  for (const words of ['a', 'b', 'c', 'd']) announcer.say(words)
  assert.equal(announcer.text(), 'b. c. d')
})

const begin = Date.parse('2026-03-02T10:00:00Z')
const minute = 60_000

test('the server\'s time is told by rings, with the shortest way of the last ones', () => {
  for (const wrong of [0, 600 * minute, -600 * minute]) {
    const clock = new ServerClock()
    assert.equal(clock.now(begin + wrong), begin + wrong)
    for (const [at, way] of [[1, 900], [2, 40], [3, 25_000]]) {
      clock.rang(new Date(begin + at * minute).toISOString(), begin + at * minute + way + wrong)
    }
    assert.ok(Math.abs(clock.now(begin + 4 * minute + wrong) - (begin + 4 * minute)) <= 40)
  }
})

test('a ring is just born by that time, however often either clock is set', () => {
  const clock = new ServerClock()
  let seed = 3
  const random = (below) => { seed = (seed * 1103515245 + 12345) % 2 ** 31; return Math.floor(seed / 65536) % below }
  let wrong = 0
  for (let i = 0; i < 500; ++i) {
    if (random(5) === 0) wrong = (random(2_000) - 1_000) * minute
    const startedAt = begin + i * minute
    const way = random(3000)
    clock.rang(new Date(startedAt).toISOString(), startedAt + way + wrong)
    const age = clock.now(startedAt + way + wrong) - startedAt
    assert.ok(age > -minute && age < minute, `${i}: ${age}`)
  }
  clock.rang('no time', begin)
  assert.ok(Number.isFinite(clock.now(begin)))
})

// Titles that the test answers for, in its own time.
function titles() {
  const asked = []
  const changes = []
  const get = (path) => new Promise((resolve, reject) => asked.push({ path, resolve, reject }))
  return { asked, changes, titles: new Titles(get, () => changes.push(1)), settle: () => new Promise(setImmediate) }
}

test('a title is asked for once, and again after a while; meanwhile the old one stands there', async () => {
  const { titles: known, asked, changes, settle } = titles()
  assert.equal(known.of('a:contact:1/2', 0), '')
  assert.equal(known.of('a:contact:1/2', 1000), '')
  assert.deepEqual(asked.map(({ path }) => path), ['/v1/records/a%3Acontact%3A1%2F2'])
  asked[0].resolve({ title: 'Owner' })
  await settle()
  assert.equal(changes.length, 1)
  assert.equal(known.of('a:contact:1/2', 60_000), 'Owner')
  assert.equal(asked.length, 1)
  assert.equal(known.of('a:contact:1/2', 60 * minute), 'Owner')
  assert.equal(asked.length, 2)
  asked[1].resolve({ title: null })
  await settle()
  assert.equal(known.of('a:contact:1/2', 60 * minute), '')
})

test('one that could not be had is asked for again, not at once; a key that may not is not asked with again', async () => {
  const { titles: known, asked, settle } = titles()
  known.of('a', 0)
  asked[0].reject(Object.assign(new Error('away'), { status: 0 }))
  await settle()
  known.of('a', 1000)
  assert.equal(asked.length, 1)
  known.of('a', 2 * minute)
  assert.equal(asked.length, 2)
  asked[1].reject(Object.assign(new Error('no'), { status: 403 }))
  await settle()
  known.of('a', 60 * minute)
  known.of('b', 60 * minute)
  assert.equal(asked.length, 2)
})

test('no more titles are kept than fit a screen many times', () => {
  const { titles: known, asked } = titles()
  for (let i = 0; i < 1000; ++i) known.of(`r${i}`, 0)
  for (let i = 950; i < 1000; ++i) known.of(`r${i}`, 0)
  assert.equal(asked.length, 1000)
  known.of('r0', 0)
  assert.equal(asked.length, 1001)
})
