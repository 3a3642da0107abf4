// What goes wrong in a hurry: a key as another call comes, a name half written, an answer that is late or never comes.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { agentKey, allSaid, card, choice, keepSaid, live, openScreen, said, settled } from './support/agent_screen.mjs'
import { expectAccessible, expectClean, startBrowser } from './support/browser.mjs'
import { eventually } from './support/eventually.mjs'
import { startRingdex } from './support/ringdex.mjs'

let browser
let ringdex

before(async () => {
  browser = await startBrowser()
  ringdex = await startRingdex({ keys: [agentKey] })
  await ringdex.until('/v1/lookup?number=%2B12125550123', ({ match }) => match === 'one')
})
after(async () => {
  await browser?.close()
  await ringdex?.stop()
})

// Each test is an agent of its own.
let agents = 0
async function open(options = {}) {
  const agent = `agent${++agents}`
  const page = await openScreen(browser, ringdex, { agent, ...options })
  const ring = (from, more = {}) => ringdex.ring(from, { agent, ...more })
  return { page, agent, ring }
}
const end = ({ call }) => ringdex.post(`/v1/calls/${call.id}/end`)
const answer = ({ call }, agent) => ringdex.post(`/v1/calls/${call.id}/answer`, { agent })
const pickedOf = async ({ call }) => (await ringdex.get(`/v1/calls/${call.id}`)).call.picked

async function close(page) {
  expectClean(page)
  await page.context().close()
}

const movedWords = 'Another call came in this moment. Choose again.'

// At the moment that a ringing call stands there, with the second of its people.
const slipAtRing = (page, kind) => page.evaluate((how) => {
  window.slipped = new Promise((done) => {
    const observer = new MutationObserver(() => {
      const second = document.querySelectorAll('.call.ringing .choice')[1]
      if (!second) return
      observer.disconnect()
      if (how === 'key') document.body.dispatchEvent(new KeyboardEvent('keydown', { key: '2', bubbles: true }))
      else second.dispatchEvent(new MouseEvent('click', { detail: 1, bubbles: true }))
      done()
    })
    observer.observe(document, { subtree: true, childList: true, attributes: true })
  })
}, kind)

for (const kind of ['key', 'click']) {
  for (const before of ['has ended', 'goes on']) {
    test(`a ${kind} as a call comes before one that ${before} chooses nobody; a moment later it counts`, async () => {
      const { page, agent, ring } = await open()
      const first = await ring('+442079460100')
      await live(page).getByText('Ringing').waitFor()
      await (before === 'has ended' ? end(first) : answer(first, agent))
      await live(page).getByText(before === 'has ended' ? 'Not answered' : 'On the phone').waitFor()
      await slipAtRing(page, kind)
      const second = await ring('+442079460100')
      await page.evaluate(() => window.slipped)
      await said(page, movedWords)
      await settled(page)
      // What is chosen now is the only choice.
      kind === 'key' ? await page.keyboard.press('3') : await choice(page, 'Farida Nazari').first().click()
      await card(page, 'Farida Nazari').getByText('Chosen', { exact: true }).waitFor()
      const { picks } = await ringdex.get(`/v1/calls/${second.call.id}`)
      assert.deepEqual(picks.map(({ record }) => record), ['people:contact:p-1006'])
      assert.equal(await pickedOf(first), null)
      await close(page)
    })
  }
}

test('a name that is being written stays, with the focus, as the call ends and others ring', async () => {
  const { page, ring } = await open()
  const first = await ring('+12125550177')
  await settled(page)
  await page.keyboard.press('n')
  await page.keyboard.type('Una Nue')
  await end(first)
  await card(page, '(212) 555-0177').getByText('Not answered').waitFor()
  const second = await ring('+442079460100')
  await card(page, 'Delphine Marchetti').getByText('Ringing').waitFor()
  await page.keyboard.type('va 2')
  assert.equal(await live(page).getByLabel('Name').inputValue(), 'Una Nueva 2')
  await expectAccessible(page, 'written')
  for (let i = 0; i < 5; ++i) await end(await ring('+12125550123'))
  await end(second)
  await eventually(() => live(page).getByRole('heading', { level: 2, name: 'Ada Whitlock' }).count(), (count) => count === 2, 'the others')
  // With the focus elsewhere as well, and then it is saved.
  await page.getByLabel('Search calls by number').focus()
  await ring('+33199001234')
  await card(page, 'Jules Aubrac').getByText('Ringing').waitFor()
  assert.equal(await live(page).getByLabel('Name').inputValue(), 'Una Nueva 2')
  await live(page).getByRole('button', { name: 'Save' }).click()
  await said(page, 'Saved as Una Nueva 2')
  assert.equal((await ringdex.get('/v1/lookup?number=%2B12125550177')).candidates[0].name, 'Una Nueva 2')
  assert.equal(await pickedOf(second), null)
  await close(page)
})

test('the same caller again is said again', async () => {
  const { page, ring } = await open({ script: keepSaid })
  for (let i = 1; i <= 3; ++i) {
    const call = await ring('+12125550123')
    await eventually(async () => (await allSaid(page)).filter((text) => text.includes('Incoming call: Ada Whitlock')),
      (texts) => texts.length === i, `ring ${i}`)
    await end(call)
    await card(page, 'Ada Whitlock').first().getByText('Not answered').waitFor()
  }
  await close(page)
})

test('a clock that is set while the page is open hides no ring', async () => {
  const script = `{ const real = Date.now; window.wrong = -600_000; Date.now = () => real() + window.wrong }; ${keepSaid}`
  const { page, ring } = await open({ script })
  for (const [at, wrong] of [-600_000, 0, 7_200_000, -7_200_000].entries()) {
    await page.evaluate((value) => { window.wrong = value }, wrong)
    const call = await ring('+12125550123')
    await live(page).getByText(/^Ringing 0:0\d$/).waitFor()
    assert.match(await page.title(), /Ada Whitlock/)
    assert.equal((await allSaid(page)).filter((text) => text.includes('Incoming call: Ada Whitlock')).length, at + 1)
    await end(call)
    await live(page).getByText(/^Ringing/).waitFor({ state: 'detached' })
  }
  await close(page)
})

test('who was chosen is said and shown, though the call was answered before the choice was', async () => {
  const { page, agent, ring } = await open()
  const call = await ring('+442079460100')
  await card(page, 'Delphine Marchetti').getByText('Ringing').waitFor()
  await settled(page)
  // The event of the choice is one that this page waits for long.
  await page.route('**/pick', async (route) => {
    const told = await answer(call, agent)
    await live(page).getByText('On the phone').waitFor()
    const picked = { record: 'people:contact:p-1005', name: 'Edwin Pryce', agent, at: new Date().toISOString() }
    await route.fulfill({ json: { ...call, ...told, call: { ...call.call, picked } } })
  })
  await choice(page, 'Edwin Pryce').click()
  await said(page, 'Chosen: Edwin Pryce')
  await card(page, 'Edwin Pryce').getByText('On the phone').waitFor()
  await choice(page, 'Edwin Pryce').getByText('Chosen', { exact: true }).waitFor()
  await close(page)
})

test('a choice that the server never answers is given up with words, and can be made again', async () => {
  const script = '{ const real = AbortSignal.timeout; AbortSignal.timeout = (wait) => real.call(AbortSignal, wait / 50) }'
  const { page, ring } = await open({ script })
  await ring('+442079460100')
  await card(page, 'Delphine Marchetti').getByText('Ringing').waitFor()
  await settled(page)
  await page.route('**/pick', () => {})
  await choice(page, 'Edwin Pryce').click()
  await card(page, 'Edwin Pryce').getByText('Saving…').waitFor()
  await page.locator('.problem', { hasText: 'The choice was not saved. The server did not answer in time.' }).waitFor()
  await card(page, 'Delphine Marchetti').waitFor()
  await page.unroute('**/pick')
  await choice(page, 'Edwin Pryce').click()
  await card(page, 'Edwin Pryce').getByText('Chosen', { exact: true }).waitFor()
  await close(page)
})

test('a call whose id no browser sends is shown; what cannot be done about it is said', async () => {
  const { page, ring } = await open()
  await ring('+442079460100', { call_id: '..' })
  await card(page, 'Delphine Marchetti').getByText('Ringing').waitFor()
  await settled(page)
  await page.keyboard.press('2')
  await page.locator('.problem', { hasText: 'A browser cannot ask for what has the id ".."' }).waitFor()
  await card(page, 'Delphine Marchetti').waitFor()
  await page.getByRole('region', { name: 'History' }).getByRole('button', { name: /Delphine/ }).first().click()
  await page.getByRole('dialog').getByText('A browser cannot ask for what has the id').waitFor()
  await close(page)
})

test('the focus goes to the next call when the one that has it goes', async () => {
  const { page, ring } = await open()
  const numbers = ['+12125550123', '+33199001234', '+46846500421', '+61255501234']
  for (const [at, from] of numbers.entries()) {
    const call = await ring(from)
    await live(page).getByText('Ringing').waitFor()
    if (at === 0) await live(page).getByRole('heading', { level: 2 }).focus()
    await end(call)
    await live(page).getByText('Ringing').waitFor({ state: 'detached' })
  }
  assert.equal(await card(page, 'Ada Whitlock').count(), 0)
  assert.equal(await page.evaluate(() => document.activeElement.closest('.live') !== null), true)
  await close(page)
})

test('who sees all calls is told of them without being interrupted', async () => {
  const { page: own } = await open()
  assert.equal(await own.locator('#said').getAttribute('aria-live'), 'assertive')
  const all = await openScreen(browser, ringdex, { agent: '' })
  assert.equal(await all.locator('#said').getAttribute('aria-live'), 'polite')
  await close(own)
  await close(all)
})
