// What the admin page remembers between two answers, without a browser: lists, outcomes, the server's time.

import assert from 'node:assert/strict'
import test from 'node:test'
import { sourceOutcomes } from '../../server/console/admin/outcomes.js'
import { pagedList } from '../../server/console/admin/paged_list.js'

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
