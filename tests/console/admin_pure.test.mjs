// What the admin page computes, without a browser.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { countTicks, filled, linePath, niceTicks, scale, stackedBars, timeTicks } from '../../server/console/admin/chart.js'
import { pagedList } from '../../server/console/admin/paged_list.js'
import { rejectsAreDue } from '../../server/console/admin/reject_times.js'
import { hashOf, looksLikeNumber, looksLikeRecordId, parseHash, recordParts } from '../../server/console/admin/routes.js'
import { actions } from '../../server/console/admin/source_actions.js'
import * as words from '../../server/console/admin/state_words.js'

// The same draws on every run.
function draws(seed) {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
}

test('an address of a view comes back as it was made, whatever it holds', () => {
  const draw = draws(1)
  const letters = ['a', ':', '/', '?', '#', '&', '=', '%', '+', ' ', 'é', '李', '"', '<', '\\', '.', '%2F']
  const text = () => Array.from({ length: 1 + Math.floor(draw() * 8) }, () => letters[Math.floor(draw() * letters.length)]).join('')
  for (let round = 0; round < 2_000; round += 1) {
    const parts = Array.from({ length: Math.floor(draw() * 3) }, text)
    const query = Object.fromEntries(Array.from({ length: Math.floor(draw() * 3) }, () => [text(), text()]))
    const hash = hashOf('view', parts, query)
    assert.deepEqual(parseHash(hash), { view: 'view', parts, query }, hash)
  }
})

test('a hash that is no address of a view is none, and a broken one does no harm', () => {
  assert.equal(parseHash(''), null)
  assert.equal(parseHash('#content'), null)
  assert.deepEqual(parseHash('#/'), { view: '', parts: [], query: {} })
  assert.deepEqual(parseHash('#/records/%E0%A4%A'), { view: 'records', parts: ['%E0%A4%A'], query: {} })
  assert.deepEqual(parseHash('#/__proto__/x?__proto__=y').parts, ['x'])
})

test('what is typed is told apart: a number or a name', () => {
  for (const number of ['+442079460100', '(212) 555-0123', '212.555.0123', '00 44 20', 'tel:+1212', 'sip:204@pbx', '310-555-0175 x 12', ' 911 ']) {
    assert.equal(looksLikeNumber(number), true, number)
  }
  for (const name of ['Ada', 'Ada 212', '3M', '4 Seasons 2000', '12', '', '+', 'x12', '李']) assert.equal(looksLikeNumber(name), false, name)
})

test('a record id falls apart into its parts, an id of the source with colons as well', () => {
  assert.deepEqual(recordParts('crm:contact:a:b:c'), { source: 'crm', kind: 'contact', externalId: 'a:b:c' })
  for (const id of ['crm:contact:5', 'a-b:lead:x:y z', ' local:local:17 ']) assert.equal(looksLikeRecordId(id), true, id)
  for (const other of ['crm:contact:', 'contact:5', 'a b:contact:5', 'crm:person:5', 'Ada']) assert.equal(looksLikeRecordId(other), false, other)
  assert.deepEqual(recordParts(''), { source: '', kind: '', externalId: '' })
})

test('words that are not known here are shown as they are', () => {
  for (const name of ['constructor', '__proto__', 'a_new_state']) {
    const plain = name.replaceAll('_', ' ')
    assert.equal(words.stateWords(name).name, plain)
    assert.equal(words.runOutcomeWords(name).name, plain)
    assert.equal(words.eventOutcomeWords(name).name, plain)
    assert.equal(words.eventKindWords(name), plain)
    assert.equal(words.runKindWords(name), plain)
    assert.equal(words.causeWords(name), plain)
    assert.equal(words.rejectWords(name), plain)
    assert.equal(words.unmatchableWords(name), plain)
    assert.equal(words.scopeWords(name).name, plain)
    assert.match(words.resyncWords({ outcome: name }, 'CRM').text, new RegExp(plain))
  }
  assert.equal(words.stateWords(undefined).name, 'Unknown')
})

test('every outcome of a resync has words of its own, with its detail', () => {
  const outcomes = ['updated', 'unchanged', 'deleted', 'merged', 'not_found', 'unreachable']
  const said = outcomes.map((outcome) => words.resyncWords({ outcome, detail: 'WHY' }, 'Support').text)
  assert.equal(new Set(said).size, outcomes.length)
  for (const text of said) assert.match(text, /Support.*WHY/)
})

test('a resync is not said to have done what its detail denies', () => {
  const text = (outcome, detail) => words.resyncWords({ outcome, detail }, 'Support').text
  assert.match(text('unchanged'), /the same there/)
  for (const detail of ['the source does not have it any more; its deletions are not followed', 'skipped: the source\'s record limit is reached']) {
    assert.doesNotMatch(text('unchanged', detail), /same/)
    assert.equal(words.resyncWords({ outcome: 'unchanged', detail }, 'Support').tone, 'warn')
  }
  for (const outcome of ['deleted', 'not_found']) {
    assert.match(text(outcome), /no longer has|does not know/)
    assert.doesNotMatch(text(outcome, 'skipped: neither name nor organization'), /no longer has|does not know/)
  }
  const late = 'the source did not answer within 10000 ms; the resync goes on'
  assert.doesNotMatch(text('unreachable', late), /Nothing was changed/)
  assert.equal(words.goesOn({ outcome: 'unreachable', detail: late }), true)
  assert.equal(words.goesOn({ outcome: 'unreachable', detail: 'the source is disabled' }), false)
})

test('what is said of a run that was asked for fits the state of the source', () => {
  const said = (id, state) => actions[id].said({}, { state })
  for (const state of ['idle', 'running', 'constructor']) {
    assert.match(said('sync', state), /within moments/)
    assert.match(said('full', state), /begins now/)
  }
  const doubtful = ['backing_off', 'needs_credential', 'limit_reached']
  for (const state of doubtful) for (const id of ['sync', 'full']) assert.doesNotMatch(said(id, state), /within moments|begins now/)
  assert.equal(new Set(doubtful.map((state) => said('sync', state))).size, doubtful.length)
})

test('ticks begin at 0, rise in equal steps and reach the highest value with few of them', () => {
  const draw = draws(2)
  for (let round = 0; round < 2_000; round += 1) {
    const max = 10 ** (draw() * 9 - 3)
    const ticks = niceTicks(max)
    assert.equal(ticks[0], 0)
    assert.ok(ticks.at(-1) >= max * (1 - 1e-9) && ticks.at(-1) < max * 2.5, `${max}: ${ticks}`)
    assert.ok(ticks.length >= 2 && ticks.length <= 6, `${max}: ${ticks}`)
    const steps = ticks.slice(1).map((tick, i) => tick - ticks[i])
    assert.ok(steps.every((step) => Math.abs(step - steps[0]) < steps[0] * 1e-6), `${max}: ${ticks}`)
    const whole = countTicks(Math.ceil(max))
    assert.ok(whole.every(Number.isInteger) && whole.at(-1) >= max && whole.length >= 2, `${max}: ${whole}`)
  }
  for (const odd of [0, -1, NaN, Infinity]) assert.deepEqual(niceTicks(odd), [0, 1])
  assert.deepEqual(countTicks(1), [0, 1])
})

test('periods without a point stand as gaps, in order and each once', () => {
  const at = (minutes) => new Date(Date.UTC(2026, 0, 1, 0, minutes)).toISOString()
  const points = [{ at: at(15), lookups: 3 }, { at: at(60), lookups: 5 }]
  const slots = filled(points, Date.parse(at(0)), Date.parse(at(75)), 900_000)
  assert.deepEqual(slots.map(({ time, point }) => [(time - Date.parse(at(0))) / 60_000, point?.lookups ?? null]),
    [[0, null], [15, 3], [30, null], [45, null], [60, 5]])
  // Points that lie off the range's own grid keep their places, and nothing of the range is left out.
  const off = filled([{ at: at(20), lookups: 1 }], Date.parse(at(0)), Date.parse(at(60)), 900_000)
  assert.deepEqual(off.map(({ point }) => point?.lookups ?? null), [null, 1, null, null])
  assert.equal(filled([], 0, 1e15, 1).length, 2_000)
})

test('a line is broken at gaps, and a lonely value becomes a dot', () => {
  const x = scale([0, 4], [0, 40])
  const y = scale([0, 10], [100, 0])
  assert.deepEqual(linePath([1, 2, null, 5, null], x, y), { path: 'M0 90L10 80', dots: [{ x: 30, y: 50 }] })
  assert.deepEqual(linePath([], x, y), { path: '', dots: [] })
  assert.deepEqual(linePath([null, null], x, y), { path: '', dots: [] })
})

test('stacked bars stand on each other and keep the height of what they show', () => {
  const y = scale([0, 10], [100, 0])
  const parts = stackedBars([[2, 3, 0], [0, 0, 0], [0, 1, 4]], scale([0, 2], [0, 20]), y, 4)
  const boxes = (path) => [...path.matchAll(/M(\S+) (\S+)V(\S+)h(\S+)V(\S+)Z/g)].map((one) => one.slice(1).map(Number))
  assert.deepEqual(boxes(parts[0]), [[-2, 100, 80, 4, 100]])
  assert.deepEqual(boxes(parts[1]), [[-2, 80, 50, 4, 80], [18, 100, 90, 4, 100]])
  assert.deepEqual(boxes(parts[2]), [[18, 90, 50, 4, 90]])
  assert.deepEqual(stackedBars([], y, y, 4), [])
})

test('times under a chart lie inside it, in order, on whole hours, days or months, and no more than fit', () => {
  const hour = 3_600_000
  const draw = draws(3)
  for (let round = 0; round < 500; round += 1) {
    const from = Date.UTC(2026, 0, 1) + Math.floor(draw() * 365 * 24) * hour
    const to = from + [24, 168, 720, 8_760][Math.floor(draw() * 4)] * hour
    const fit = 3 + Math.floor(draw() * 8)
    const { ticks, unit } = timeTicks(from, to, fit)
    assert.ok(ticks.length >= 1 && ticks.length <= fit + 2, `${ticks.length} of ${fit}`)
    assert.ok(ticks.every((tick, i) => tick >= from && tick <= to && (i === 0 || tick > ticks[i - 1])))
    for (const tick of ticks.map((one) => new Date(one))) {
      assert.equal(tick.getMinutes(), 0)
      if (unit === 'month') assert.equal(tick.getDate(), 1)
    }
  }
})

test('periods of a day are named and marked by UTC, in whatever zone the browser is', () => {
  const script = `
    import { timeTicks } from './server/console/admin/chart.js'
    const from = Date.UTC(2026, 0, 15), to = Date.UTC(2027, 0, 15)
    const { ticks } = timeTicks(from, to, 12, true)
    console.log(JSON.stringify(ticks.map((tick) => new Date(tick).toISOString())))`
  const root = fileURLToPath(new URL('../../', import.meta.url))
  for (const zone of ['America/Los_Angeles', 'Pacific/Kiritimati', 'UTC']) {
    const said = execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: root, env: { ...process.env, TZ: zone } })
    const ticks = JSON.parse(said)
    assert.ok(ticks.length >= 5, zone)
    for (const tick of ticks) assert.match(tick, /-01T00:00:00\.000Z$/, zone)
  }
})

test('the list of what a run did not take is asked for when it begins and ends, and seldom while it grows', () => {
  const running = { outcome: 'running', skipped: 5 }
  assert.equal(rejectsAreDue(null, running, 0), true)
  const counted = { ...running, at: 1_000 }
  assert.equal(rejectsAreDue(counted, running, 1_000_000), false)
  assert.equal(rejectsAreDue(counted, { ...running, skipped: 9 }, 3_000), false)
  assert.equal(rejectsAreDue(counted, { ...running, skipped: 9 }, 60_000), true)
  assert.equal(rejectsAreDue(counted, { outcome: 'finished', skipped: 5 }, 1_001), true)
})

test('a paged list puts pages together, begins anew without emptying, and goes on after a refusal', async () => {
  const pages = { first: { items: [1, 2], next: 'b' }, b: { items: [3], next: null } }
  let refuse = false
  let drawn = 0
  const list = pagedList(async (behind) => {
    if (refuse) throw Object.assign(new Error('no'), { status: 500 })
    return pages[behind ?? 'first']
  }, () => { drawn += 1 })
  await list.reload()
  assert.deepEqual([list.items, list.next, list.pages], [[1, 2], 'b', 1])
  await list.more()
  assert.deepEqual([list.items, list.next, list.pages], [[1, 2, 3], null, 2])
  refuse = true
  await list.reload()
  assert.equal(list.problem.message, 'no')
  assert.deepEqual(list.items, [1, 2, 3])
  refuse = false
  const both = [list.reload(), list.reload()]
  await Promise.all(both)
  assert.deepEqual([list.items, list.problem, list.loading], [[1, 2], null, false])
  assert.ok(drawn >= 8)
})
