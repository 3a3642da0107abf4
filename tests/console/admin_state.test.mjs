// What the admin page remembers between two answers, without a browser: lists, outcomes, the server's time.

import assert from 'node:assert/strict'
import test from 'node:test'
import { sourceOutcomes } from '../../server/console/admin/outcomes.js'
import { pagedList } from '../../server/console/admin/paged_list.js'
import { newestTime, serverClock } from '../../server/console/admin/server_clock.js'

// A server that answers when the test says so.
function heldPages() {
  const asked = []
  const load = (behind) => new Promise((done, failed) => { asked.push({ behind, done, failed }) })
  return { asked, load }
}
const turn = () => new Promise((done) => setImmediate(done))

test('a list that is refreshed unasked does not show it, and loses no click meanwhile', async () => {
  const { asked, load } = heldPages()
  const list = pagedList(load, () => {})
  const begun = list.reload()
  assert.equal(list.loading, true)
  await turn()
  asked[0].done({ items: [2, 1], next: 'a' })
  await begun
  const poll = list.poll()
  assert.equal(list.loading, false)
  const more = list.more()
  // Shown at once, asked for after the refresh; pressed again it is not asked for twice.
  assert.equal(list.loading, true)
  await list.more()
  await turn()
  assert.deepEqual(asked.map((one) => one.behind), [null, null])
  asked[1].done({ items: [3, 2], next: 'b' })
  await poll
  await turn()
  assert.deepEqual(asked.map((one) => one.behind), [null, null, 'b'])
  // No refresh begins while more is under way.
  await list.poll()
  asked[2].done({ items: [1], next: null })
  await more
  assert.deepEqual([list.items, list.loading, list.pages, asked.length], [[3, 2, 1], false, 2, 3])
})

test('a refused refresh of a list lets the next click through', async () => {
  const { asked, load } = heldPages()
  const list = pagedList(load, () => {})
  const poll = list.poll()
  const again = list.reload()
  await turn()
  asked[0].failed(Object.assign(new Error('no'), { status: 503 }))
  await poll
  await turn()
  asked[1].done({ items: [1], next: null })
  await again
  assert.deepEqual([list.items, list.problem, list.loading], [[1], null, false])
})

test('what an action came to is said while the state that it led to lasts, and for ten seconds at least', () => {
  const outcomes = sourceOutcomes()
  const states = (state) => [{ id: 'crm', state }, { id: 'other', state: 'idle' }]
  const said = { tone: 'good', text: 'Paused.' }
  outcomes.seen(states('idle'), 0)
  outcomes.say('crm', said, 1_000)
  outcomes.seen(states('paused'), 1_100)
  outcomes.seen(states('paused'), 3_600_000)
  assert.equal(outcomes.of('crm'), said)
  outcomes.seen(states('idle'), 3_602_000)
  assert.equal(outcomes.of('crm'), undefined)
  // A state that is over within moments is no reason to take the words away before they are read.
  outcomes.say('crm', said, 4_000_000)
  for (const [state, time] of [['idle', 4_000_100], ['running', 4_002_000], ['idle', 4_004_000], ['idle', 4_009_999]]) {
    outcomes.seen(states(state), time)
    assert.equal(outcomes.of('crm'), said)
  }
  outcomes.seen(states('idle'), 4_010_000)
  assert.equal(outcomes.of('crm'), undefined)
  assert.equal(outcomes.of('other'), undefined)
})

test('the server’s time is never before what it told, is one’s own else, and is learned anew when one’s own is set', () => {
  let own = 1_000_000
  let ran = 0
  const pass = (milliseconds) => { own += milliseconds; ran += milliseconds }
  const clock = serverClock(() => own, () => ran)
  assert.equal(clock.now(), own)
  clock.heard(own - 60_000)
  clock.heard(undefined)
  clock.heard(NaN)
  assert.equal(clock.now(), own)
  // One's own is ten minutes late.
  clock.heard(own + 600_000)
  pass(5_000)
  clock.heard(own + 595_000)
  assert.equal(clock.now(), own + 600_000)
  pass(3_600_000)
  assert.equal(clock.now(), own + 600_000)
  // Then it is put right.
  own += 600_000
  assert.equal(clock.now(), own)
  pass(1_000)
  assert.equal(clock.now(), own)
})

test('the newest time of an answer is one that the server wrote down, not one to come nor one of the CRM', () => {
  const at = (minute) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString()
  assert.equal(newestTime({ sources: [
    { since: at(3), checkpoint_at: at(7), swept_at: null, next_attempt: at(50), next_sweep: at(59) }, { since: at(5), checkpoint_at: null }] }), Date.parse(at(7)))
  assert.equal(newestTime({ runs: [{ started_at: at(1), finished_at: at(2) }, { started_at: at(4), finished_at: null }] }), Date.parse(at(4)))
  for (const other of [null, undefined, {}, { sources: [] }, { sources: null }, { sources: [null, { since: 'soon' }] }, { updated_at: at(9) }]) {
    assert.equal(newestTime(other), undefined)
  }
})
