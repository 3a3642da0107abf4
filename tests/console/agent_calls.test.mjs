// Events and answers in, calls on the screen out; random histories against a simple model.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CallBook, callsMax, phaseOf } from '../../server/console/agent/calls.js'
import { CallList, listedMax, pageSize } from '../../server/console/agent/call_list.js'

const begin = Date.parse('2026-03-02T10:00:00Z')
const iso = (seconds) => new Date(begin + seconds * 1000).toISOString()

function told(id, at, more = {}) {
  return {
    call: { id, direction: 'inbound', from: '+1', to: '+2', line: '+2', agents: ['ann'], state: 'ringing',
      started_at: iso(at), answered_at: null, answered_by: '', ended_at: null, picked: null, about: null, ...more },
    match: 'none', number: { input: '+1', e164: '+12125550123' }, candidates: [], total: 0, default: null,
  }
}
const report = (one, changes = []) => {
  const { call, ...answer } = one
  return { call, answer, changes, picks: [], attribute: [] }
}
const ids = (entries) => entries.map(({ call }) => call.id)

test('the newest ringing call stands first, then those on the phone, then what is just over', () => {
  const book = new CallBook()
  book.takeEvent(1, told('talking', 0, { state: 'answered', answered_at: iso(1) }))
  book.takeEvent(2, told('first', 5))
  book.takeEvent(3, told('second', 6))
  book.takeEvent(4, told('over', 4, { state: 'ended', ended_at: iso(7) }))
  assert.deepEqual(ids(book.onScreen(begin + 8000)), ['second', 'first', 'talking', 'over'])
})

test('an ended call goes after a while, but the last one stays until the next ring', () => {
  const book = new CallBook()
  book.takeEvent(1, told('a', 0))
  book.takeEvent(2, told('a', 0, { state: 'ended', ended_at: iso(10) }))
  assert.deepEqual(ids(book.onScreen(begin + 3_600_000)), ['a'])
  book.takeEvent(3, told('b', 3600))
  assert.deepEqual(ids(book.onScreen(begin + 3_600_000)), ['b'])
})

test('of what is just over, the last three stand there', () => {
  const book = new CallBook()
  for (let i = 1; i <= 9; ++i) book.takeEvent(i, told(`c${i}`, i, { state: 'ended', ended_at: iso(20 + i) }))
  assert.deepEqual(ids(book.onScreen(begin + 30_000)), ['c9', 'c8', 'c7'])
})

test('a phone system that tells no end leaves no call ringing for ever', () => {
  const call = told('a', 0).call
  assert.equal(phaseOf(call, begin + 170_000), 'ringing')
  assert.equal(phaseOf(call, begin + 190_000), 'untold')
  const answered = { ...call, state: 'answered', answered_at: iso(3), answered_by: 'bert' }
  assert.equal(phaseOf(answered, begin + 10_000), 'answered')
  assert.equal(phaseOf(answered, begin + 10_000, 'bert'), 'answered')
  assert.equal(phaseOf(answered, begin + 10_000, 'ann'), 'elsewhere')
  assert.equal(phaseOf(answered, begin + 5 * 3_600_000), 'untold')
})

test('nothing older replaces what is newer, whatever order events, lists and answers come in', () => {
  let seed = 11
  const random = (below) => { seed = (seed * 1103515245 + 12345) % 2 ** 31; return Math.floor(seed / 65536) % below }
  const states = [{ state: 'ringing' }, { state: 'answered', answered_at: iso(1) },
    { state: 'ended', answered_at: iso(1), ended_at: iso(2) }]
  for (let round = 0; round < 300; ++round) {
    // What the server went through: each event is the call as it was then.
    const history = []
    let state = 0
    for (let number = 1; number <= 12; ++number) {
      if (random(3) === 0) state = Math.min(2, state + 1)
      history.push(told('a', 0, { ...states[state], picked: { record: `r${number}`, name: '', agent: '', at: iso(number) } }))
    }
    const book = new CallBook()
    let delivered = 0
    let furthest = 0
    while (delivered < history.length) {
      const what = random(4)
      if (what < 2) {
        delivered += 1
        book.takeEvent(delivered, history[delivered - 1])
      } else if (what === 2 && delivered > 0) {
        // Repeated after a reconnect.
        assert.equal(book.takeEvent(1 + random(delivered), history[random(delivered)]), null)
      } else if (what === 3) {
        // Asked for when `since` was the newest, answered by what the server knew then or later, and late.
        const since = book.newest
        const known = since + random(history.length - since + 1)
        const during = random(2)
        if (during && delivered < history.length) book.takeEvent(++delivered, history[delivered - 1])
        if (known === 0) continue
        book.takeReports([report(history[known - 1])], since)
      }
      const seen = book.get('a')
      if (!seen) continue
      const at = Number(seen.call.picked.record.slice(1))
      assert.ok(at >= delivered, `round ${round}: shows ${at} after ${delivered}`)
      const reached = ['ringing', 'answered', 'ended'].indexOf(seen.call.state)
      assert.ok(reached >= furthest, `round ${round}: went back from ${furthest} to ${reached}`)
      furthest = reached
    }
    assert.deepEqual(book.get('a').call, history.at(-1).call)
  }
})

test('a list asked for before an event does not undo it', () => {
  const book = new CallBook()
  book.takeEvent(5, told('a', 0))
  const since = book.newest
  book.takeEvent(6, told('a', 0, { state: 'ended', ended_at: iso(2) }))
  book.takeReports([report(told('a', 0))], since)
  assert.equal(book.get('a').call.state, 'ended')
  book.takeEvent(7, told('a', 0))
  assert.equal(book.get('a').call.state, 'ended')
})

test('a call that is written about stays, over or not', () => {
  const book = new CallBook()
  book.takeEvent(1, told('written', 0, { state: 'ended', ended_at: iso(1) }))
  book.takeEvent(2, told('untold', 0))
  for (let i = 3; i <= 9; ++i) book.takeEvent(i, told(`c${i}`, i, { state: 'ended', ended_at: iso(20 + i) }))
  assert.deepEqual(ids(book.onScreen(begin + 30_000, '', new Set(['written']))), ['untold', 'c9', 'c8', 'c7', 'written'])
  book.takeEvent(10, told('new', 3600))
  assert.deepEqual(ids(book.onScreen(begin + 3_600_000, '', new Set(['written', 'untold', 'gone']))), ['new', 'written', 'untold'])
  assert.deepEqual(ids(book.onScreen(begin + 3_600_000)), ['new'])
})

const pickOf = (record, at) => ({ record, name: record, agent: 'ann', at: iso(at) })

test('a choice counts at once, also where the call went on before it was answered', () => {
  for (const [state, more] of [['answered', { answered_at: iso(2) }], ['ended', { ended_at: iso(2) }]]) {
    const book = new CallBook()
    book.takeEvent(1, told('a', 0))
    const since = book.newest
    book.takeEvent(2, told('a', 0, { state, ...more }))
    book.takeTold(told('a', 0, { picked: pickOf('mine', 1) }), since)
    assert.equal(book.get('a').call.picked.record, 'mine')
    assert.equal(book.get('a').call.state, state)
    // Its own event changes nothing, and taking it back counts as well.
    book.takeEvent(3, told('a', 0, { state, ...more, picked: pickOf('mine', 1) }))
    assert.equal(book.get('a').call.picked.record, 'mine')
    book.takeTold(told('a', 0, { picked: null }), book.newest)
    assert.equal(book.get('a').call.picked, null)
  }
})

test('an answer does not undo a choice that an event told of meanwhile', () => {
  const book = new CallBook()
  book.takeEvent(1, told('a', 0))
  const since = book.newest
  book.takeEvent(2, told('a', 0, { picked: pickOf('mine', 1) }))
  book.takeEvent(3, told('a', 0, { picked: pickOf('theirs', 2) }))
  assert.equal(book.takeTold(told('a', 0, { picked: pickOf('mine', 1) }), since), null)
  assert.equal(book.get('a').call.picked.record, 'theirs')
})

test('calls that the server lost go with its numbers; those further back and those over stay', () => {
  const book = new CallBook()
  book.takeEvent(5000, told('old', 0, { state: 'answered', answered_at: iso(1) }))
  book.takeEvent(5001, told('lost', 10, { state: 'answered', answered_at: iso(11) }))
  book.takeEvent(5002, told('over', 12, { state: 'ended', ended_at: iso(13) }))
  book.forgetOrder()
  book.takeEvent(1, told('new', 20))
  const reports = [report(told('other', 15)), report(told('another', 5))]
  book.takeReports(reports, 0)
  assert.ok(book.get('lost'))
  book.takeReports(reports, 0, { anew: true, hasMore: true })
  assert.deepEqual(ids(book.entries()), ['old', 'another', 'over', 'other', 'new'])
  book.takeReports([], 0, { anew: true, hasMore: false })
  assert.deepEqual(ids(book.entries()), ['over', 'new'])
})

test('after the server counts anew, its events count again', () => {
  const book = new CallBook()
  book.takeEvent(5000, told('a', 0))
  book.forgetOrder()
  assert.ok(book.takeEvent(3, told('a', 0, { state: 'ended', ended_at: iso(2) })))
  assert.equal(book.newest, 3)
})

test('a report shows what became known after the ring', () => {
  const book = new CallBook()
  const late = { match: 'one', candidates: [{ id: 'x' }] }
  book.takeReports([report(told('a', 0), [{ cause: 'live', at: iso(1), answer: late }])], 0)
  assert.deepEqual(book.get('a').answer, late)
})

test('a thousand rings are fifty calls', () => {
  const book = new CallBook()
  for (let i = 1; i <= 1000; ++i) book.takeEvent(i, told(`c${i}`, i))
  assert.equal(book.entries().length, callsMax)
  assert.equal(book.entries().at(-1).call.id, 'c1000')
})

// A server with `total` calls, newest first, which pages as the API does.
function server(total, all = [...Array(total).keys()].map((i) => report(told(`c${i}`, i))).reverse()) {
  const asked = []
  return {
    all, asked,
    get: async (path, query) => {
      asked.push(query)
      let from = 0
      if (query.behind) from = all.findIndex(({ call }) => call.id === query.behind) + 1
      if (query.until) from = all.findIndex(({ call }) => call.started_at < query.until)
      if (from < 0) from = all.length
      const calls = all.slice(from, from + query.limit)
      return { calls, next: calls.length === query.limit ? calls.at(-1).call.id : null }
    },
  }
}

test('pages follow each other without a gap or a repetition, while calls come in', async () => {
  const { all, get } = server(170)
  const list = new CallList(get, { agent: 'ann' })
  await list.load()
  assert.equal(list.items.length, pageSize)
  for (let i = 170; i < 200; ++i) {
    const one = told(`c${i}`, i)
    all.unshift(report(one))
    const { call, ...answer } = one
    list.take({ call, answer, event: i })
  }
  assert.equal(list.items.length, pageSize)
  while (list.hasMore) await list.more()
  assert.deepEqual(ids(list.items), all.map(({ call }) => call.id))
})

test('calls of one moment are all listed, wherever the list was cut', async () => {
  // Twenty began with the fiftieth.
  const all = [...Array(90).keys()].map((i) => report(told(`c${i}`, i < 35 ? i : i < 55 ? 35 : i))).reverse()
  const { get } = server(0, all)
  const list = new CallList(get, { agent: 'ann' })
  await list.load()
  for (let i = 90; i < 93; ++i) {
    const { call, answer } = report(told(`c${i}`, i))
    all.unshift(report(told(`c${i}`, i)))
    list.take({ call, answer, event: i })
  }
  while (list.hasMore) await list.more()
  assert.deepEqual(ids(list.items).toSorted(), ids(all).toSorted())
})

test('a ring while older calls are asked for leaves no gap', async () => {
  const { all, get } = server(120)
  let held = null
  const list = new CallList(async (path, query) => {
    const page = await get(path, query)
    if (query.behind) await new Promise((done) => { held = done })
    return page
  }, { agent: 'ann' })
  await list.load()
  for (let i = 120; list.hasMore; ++i) {
    held = null
    const asked = list.more()
    await new Promise(setImmediate)
    const { call, answer } = report(told(`c${i}`, i))
    all.unshift(report(told(`c${i}`, i)))
    list.take({ call, answer, event: i })
    held?.()
    await asked
  }
  assert.deepEqual(ids(list.items), ids(all))
})

test('there are no calls only once they were asked for', async () => {
  let works = false
  const list = new CallList(async () => {
    if (!works) throw Object.assign(new Error('The server cannot be reached.'), { status: 0 })
    return { calls: [], next: null }
  }, {})
  assert.equal(list.loaded, false)
  await list.load()
  assert.equal(list.loaded, false)
  works = true
  await list.load()
  assert.equal(list.loaded, true)
})

test('the list is bounded, and the newest come back', async () => {
  const { get, all } = server(1000)
  const list = new CallList(get, {})
  await list.load()
  while (list.hasMore) {
    await list.more()
    assert.ok(list.items.length <= listedMax)
  }
  assert.equal(list.items.at(-1).call.id, 'c0')
  assert.ok(list.detached)
  await list.load()
  assert.equal(list.items[0].call.id, all[0].call.id)
  assert.equal(list.detached, false)
})

test('an answer that another overtook is dropped, and a failure keeps what is there', async () => {
  const waiting = []
  const list = new CallList(() => new Promise((resolve, reject) => waiting.push({ resolve, reject })), {})
  const first = list.load()
  const second = list.load()
  waiting[1].resolve({ calls: [report(told('new', 1))], next: null })
  await second
  waiting[0].resolve({ calls: [report(told('old', 0))], next: null })
  assert.equal(await first, null)
  assert.deepEqual(ids(list.items), ['new'])
  const third = list.load()
  waiting[2].reject(Object.assign(new Error('The server cannot be reached.'), { code: 'unreachable' }))
  await third
  assert.deepEqual(ids(list.items), ['new'])
  assert.equal(list.problem, 'The server cannot be reached.')
})
