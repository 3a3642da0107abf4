// What is said of a caller, and what keys mean.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  callerOf, candidatesWords, clockWords, numberLine, reasonWords, spoken, stateOf,
} from '../../server/console/agent/caller.js'
import { domId } from '../../server/console/agent/dom_id.js'
import { actionOf, KeyGuard } from '../../server/console/agent/keys.js'

const now = Date.parse('2026-03-02T10:00:30Z')
const number = { input: '02079460100', e164: '+442079460100', region: 'GB', national: '020 7946 0100', valid: true }
const person = (id, name, more = {}) => ({ id, name, organization: '', kind: 'contact', records: [{ id }], ...more })

function entry(answer = {}, call = {}) {
  return {
    call: { id: '1', direction: 'inbound', from: '02079460100', to: '+1', state: 'ringing', picked: null, about: null,
      started_at: '2026-03-02T10:00:23Z', ...call },
    answer: { match: 'none', number, candidates: [], total: 0, default: null, default_reason: null, ...answer },
    phase: call.phase ?? 'ringing',
  }
}

const two = { match: 'many', candidates: [person('a:contact:1', 'Ada', { organization: 'Glass Ltd' }),
  person('b:contact:2', 'Bob', { records: [{ id: 'b:contact:2' }, { id: 'c:lead:9' }] })], total: 40, default: 'a:contact:1' }

test('who is shown: a choice before the default, what is being saved before both', () => {
  assert.equal(callerOf(entry(two)).name, 'Ada')
  const picked = { picked: { record: 'c:lead:9', name: 'Robert', agent: 'ann', at: '2026-03-02T10:00:25Z' } }
  assert.equal(callerOf(entry(two, picked)).name, 'Bob')
  assert.equal(callerOf(entry(two, picked), 'a:contact:1').name, 'Ada')
  // Somebody who was not among the candidates, as after a merge.
  const other = { picked: { record: 'z:contact:7', name: 'Zoe', agent: '', at: '2026-03-02T10:00:25Z' } }
  assert.equal(callerOf(entry(two, other)).name, 'Zoe')
})

test('an unnamed local record is an unknown caller; with a name it is a person', () => {
  const local = (name) => ({ match: 'one', candidates: [person('local:local:1', name, { kind: 'local' })], total: 1,
    default: 'local:local:1' })
  assert.deepEqual([callerOf(entry(local('+442079460100'))).kind, callerOf(entry(local('+442079460100'))).name],
    ['unknown', '020 7946 0100'])
  assert.deepEqual([callerOf(entry(local('Una'))).kind, callerOf(entry(local('Una'))).name], ['known', 'Una'])
})

test('whom a call was started from is awaited, and nobody else is shown for it', () => {
  const pending = entry({ ...two, default: null, default_reason: { rule: 'about', because: 'it is not here yet' } },
    { direction: 'outbound', to: '+442079460100', about: 'crm:contact:5' })
  assert.equal(callerOf(pending).kind, 'awaited')
  assert.equal(callerOf(pending).name, '020 7946 0100')
  assert.equal(reasonWords(pending, now), 'Nobody is shown: it is not here yet.')
})

test('the number is told once, at home and abroad, with its country', () => {
  const known = entry(two)
  assert.deepEqual(numberLine(known, callerOf(known)), ['020 7946 0100', 'United Kingdom', '+442079460100'])
  const unknown = entry()
  assert.deepEqual(numberLine(unknown, callerOf(unknown)), ['United Kingdom', '+442079460100'])
  const withheld = entry({ unmatchable: 'withheld', number: { input: 'anonymous', e164: null } }, { from: 'anonymous' })
  assert.equal(callerOf(withheld).name, 'Number withheld')
  assert.deepEqual(numberLine(withheld, callerOf(withheld)), [])
})

test('reasons and counts in words', () => {
  assert.equal(candidatesWords(two), '40 people have this number, the first 2 are listed')
  assert.equal(candidatesWords({ ...two, total: 2, shared: { organization: 'Glass Ltd' } }),
    '2 people have this number, all of Glass Ltd')
  const reason = reasonWords(entry({ ...two, default_reason: { rule: 'oldest', because: 'it was indexed here first, at 2024-01-05T08:00:00Z' } }), now)
  assert.match(reason, /^Shown first: it was indexed here first, at /)
  assert.doesNotMatch(reason, /T08:00/)
  assert.equal(spoken(entry(two)), 'Incoming call: Ada, Glass Ltd')
})

test('times run from the ring and from the answer', () => {
  assert.equal(stateOf(entry(), now).time, '0:07')
  assert.equal(stateOf(entry({}, { phase: 'answered', answered_at: '2026-03-02T09:00:00Z' }), now).time, '1:00:30')
  assert.equal(clockWords(-5000), '0:00')
  assert.equal(clockWords(59_999), '0:59')
})

test('ids of calls that hold anything give ids of elements that hold nothing', () => {
  const odd = ['a b', 'a"b', 'a<b', 'a\u202eb', 'a_b', '#.[]', 'é', '😀']
  assert.equal(new Set(odd.map(domId)).size, odd.length)
  for (const id of odd) assert.match(domId(id), /^[A-Za-z0-9_-]+$/)
})

const press = (key, more = {}) => actionOf({ key, target: { closest: () => null }, ...more })

test('keys mean what the list says, and nothing in a field, with a modifier or while a character is composed', () => {
  assert.deepEqual(press('1'), { name: 'pick', at: 0 })
  assert.deepEqual(press('9'), { name: 'pick', at: 8 })
  assert.equal(press('0'), null)
  assert.deepEqual(['u', 'U', 'n', 'h', 'j', 'k', '?'].map((key) => press(key).name),
    ['undo', 'undo', 'name', 'history', 'next', 'previous', 'keys'])
  for (const more of [{ ctrlKey: true }, { metaKey: true }, { altKey: true }, { isComposing: true }, { repeat: true },
    { target: { closest: () => ({}) } }]) {
    assert.equal(press('1', more), null, JSON.stringify(more))
  }
  assert.equal(press('constructor'), null)
})

test('a key right after typing in a field, or after the calls moved, is not taken for the page\'s', () => {
  const guard = new KeyGuard()
  assert.ok(guard.lets(0))
  guard.typed(100)
  assert.ok(!guard.lets(900))
  assert.ok(guard.lets(1200))
})

test('a key or a click right after another call took the place of one waits, however that came', () => {
  const turns = [
    { what: 'the first ring', to: [['a'], 'a'], from: [[], null], waits: false },
    { what: 'nothing new', to: [['a', 'b'], 'a'], waits: false },
    { what: 'a ring before the one that is going', to: [['b', 'a'], 'b'] },
    { what: 'a ring before the one that was chosen', to: [['b', 'a'], 'a'] },
    { what: 'a ring in the place of one that is over', from: [['a'], 'a'], to: [['b', 'a'], 'b'] },
    { what: 'a ring in the place of one that is gone', from: [['a'], 'a'], to: [['b'], 'b'] },
    { what: 'the end of the one that was chosen', from: [['a', 'b'], 'b'], to: [['a', 'b'], 'a'] },
    { what: 'a choice', to: [['a', 'b'], 'b'], chosen: true, waits: false },
    { what: 'a choice as another rings', to: [['c', 'a', 'b'], 'b'], chosen: true },
    { what: 'one below that goes', to: [['a'], 'a'], waits: false },
    { what: 'one above that goes', from: [['b', 'a'], 'a'], to: [['a'], 'a'] },
  ]
  for (const { what, from = [['a', 'b'], 'a'], to, chosen = false, waits = true } of turns) {
    const guard = new KeyGuard()
    guard.shows(...from, 0, false)
    // Nothing may have stood there in between.
    guard.shows([], null, 1500, false)
    guard.shows(...to, 2000, chosen)
    assert.equal(!guard.lets(2400), waits, what)
    assert.equal(guard.settling(2400), waits ? 100 : 0, what)
    assert.ok(guard.lets(2501), what)
  }
})
