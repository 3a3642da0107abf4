// A ring as the agent sees it: who, who else, and what becomes of the call.

import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { agentKey, card, choice, live, openScreen, past, said, settled } from './support/agent_screen.mjs'
import { expectAccessible, expectClean, startBrowser } from './support/browser.mjs'
import { startRingdex } from './support/ringdex.mjs'

let browser
let ringdex
let page

before(async () => {
  browser = await startBrowser()
  ringdex = await startRingdex({
    accounts: { default: { own_numbers: ['+12125550100'] } }, keys: [agentKey],
  })
  await ringdex.until('/v1/lookup?number=%2B12125550123', ({ match }) => match === 'one')
  page = await openScreen(browser, ringdex)
})
after(async () => {
  if (page) expectClean(page)
  await browser?.close()
  await ringdex?.stop()
})

const rung = []
async function ring(from, more = {}) {
  const answer = await ringdex.ring(from, { agent: 'ann', ...more })
  rung.push(answer)
  return answer
}
const end = ({ call }) => ringdex.post(`/v1/calls/${call.id}/end`)
afterEach(async () => { for (const call of rung.splice(0)) await end(call) })
const answer = ({ call }, agent = 'ann') => ringdex.post(`/v1/calls/${call.id}/answer`, { agent })

test('one person: name, organization, title, source, number with its country, line, and it is said', async () => {
  const call = await ring('+46846500421')
  const shown = card(page, 'Gustav Lindqvist')
  for (const words of ['Norrsken Antikvariat', 'Bookseller', 'People', 'Sweden', '+46846500421', 'Ringing',
    'Incoming call', 'to +12125550100']) {
    await shown.getByText(words).first().waitFor()
  }
  await said(page, 'Incoming call: Gustav Lindqvist, Norrsken Antikvariat')
  assert.match(await page.title(), /Gustav Lindqvist/)
  await answer(call)
  await shown.getByText('On the phone').waitFor()
  assert.doesNotMatch(await page.title(), /Gustav/)
  await expectAccessible(page, 'one')
  await end(call)
  await shown.getByText('Ended').waitFor()
})

test('many: the default is marked and explained; a click chooses, Undo takes back, keys do both', async () => {
  const call = await ring('+442079460100')
  await live(page).getByText('3 people have this number, all of Thornbury Glass Ltd').waitFor()
  const shown = card(page, 'Delphine Marchetti')
  await shown.getByText(/^Shown first: /).waitFor()
  assert.equal(await choice(page, 'Delphine Marchetti').getAttribute('aria-pressed'), 'true')
  await choice(page, 'Delphine Marchetti').getByText('Default').waitFor()
  await settled(page)
  await choice(page, 'Farida Nazari').click()
  await said(page, 'Chosen: Farida Nazari')
  assert.equal((await ringdex.get(`/v1/calls/${call.call.id}`)).call.picked.record, 'people:contact:p-1006')
  await expectAccessible(page, 'chosen')
  await page.getByRole('button', { name: 'Undo' }).click()
  await said(page, 'Choice taken back')
  await card(page, 'Delphine Marchetti').waitFor()
  await page.keyboard.press('2')
  await card(page, 'Edwin Pryce').getByText('Chosen', { exact: true }).waitFor()
  await page.keyboard.press('u')
  await card(page, 'Delphine Marchetti').waitFor()
  const { picks, call: now } = await ringdex.get(`/v1/calls/${call.call.id}`)
  assert.equal(now.picked, null)
  assert.deepEqual(picks.map((pick) => [pick.record, pick.agent, Boolean(pick.undone_at)]),
    [['people:contact:p-1006', 'ann', true], ['people:contact:p-1005', 'ann', true]])
})

test('two choices in a hurry: the last one stays, on the page and on the server', async () => {
  const call = await ring('+442079460100')
  await card(page, 'Delphine Marchetti').getByText('Ringing').waitFor()
  await page.evaluate(() => {
    for (const at of [1, 2, 1, 2]) document.querySelectorAll('.call.ringing .choice')[at].click()
  })
  await card(page, 'Farida Nazari').getByText('Chosen', { exact: true }).waitFor()
  const { call: now } = await ringdex.get(`/v1/calls/${call.call.id}`)
  assert.equal(now.picked.record, 'people:contact:p-1006')
})

test('a choice made elsewhere shows; one that the server refuses is taken back with words', async () => {
  const call = await ring('+442079460100')
  await card(page, 'Delphine Marchetti').getByText('Ringing').waitFor()
  await ringdex.post(`/v1/calls/${call.call.id}/pick`, { record: 'people:contact:p-1005', agent: 'bert' })
  await card(page, 'Edwin Pryce').getByText('bert chose this').waitFor()
  await settled(page)
  await said(page, 'bert chose Edwin Pryce')
  await page.route('**/pick', (route) => route.fulfill({
    status: 410, contentType: 'application/problem+json', body: '{"code":"record_deleted","detail":"x"}',
  }))
  await choice(page, 'Farida Nazari').click()
  await page.locator('.problem', { hasText: 'The choice was not saved. That record was deleted' }).waitFor()
  await card(page, 'Edwin Pryce').waitFor()
  await page.unroute('**/pick')
  await page.route('**/pick', (route) => route.abort())
  await page.keyboard.press('3')
  await page.locator('.problem', { hasText: 'The server cannot be reached' }).waitFor()
  await page.unroute('**/pick')
  await expectAccessible(page, 'refused')
})

test('while the server has not answered, the choice is shown as not saved yet', async () => {
  const call = await ring('+442079460100')
  await card(page, 'Delphine Marchetti').getByText('Ringing').waitFor()
  let go
  const held = new Promise((done) => { go = done })
  await page.route('**/pick', async (route) => { await held; await route.continue() })
  await settled(page)
  await choice(page, 'Edwin Pryce').click()
  await card(page, 'Edwin Pryce').getByText('Saving…').waitFor()
  assert.equal(await page.getByText('Chosen', { exact: true }).count(), 0)
  go()
  await card(page, 'Edwin Pryce').getByText('Chosen', { exact: true }).waitFor()
  await page.unroute('**/pick')
})

test('withheld, own number, an extension and no number, each in plain words', async () => {
  for (const [from, name, words] of [
    ['anonymous', 'Number withheld', 'Incoming call'],
    ['+12125550100', '(212) 555-0100', 'A line of your own company'],
    ['204', '204', 'An internal extension'],
    ['reception', 'reception', 'No phone number was sent'],
  ]) {
    const call = await ring(from, { to: '+12125550111' })
    await card(page, name).getByText(words).first().waitFor()
    await card(page, name).getByText('Ringing').waitFor()
    assert.equal(await page.getByText('Who is it?').count(), 0, from)
    await end(call)
  }
  await expectAccessible(page, 'nobody')
})

test('an outgoing call shows whom it goes to', async () => {
  await ring('+12125550100', { direction: 'outbound', to: '+61255501234' })
  const shown = card(page, 'Kirra Mundine')
  for (const words of ['Calling', 'Outgoing call', 'from +12125550100', 'Australia']) await shown.getByText(words).first().waitFor()
  await said(page, 'Outgoing call: Kirra Mundine')
})

test('a clock that is wrong by an hour, either way, makes no call old or unborn', async () => {
  for (const wrong of [3_600_000, -3_600_000]) {
    const script = `{ const real = Date.now; Date.now = () => real() + (${wrong}) }`
    const skewed = await openScreen(browser, ringdex, { agent: 'off', script })
    const call = await ring('+12125550123', { agent: 'off' })
    await card(skewed, 'Ada Whitlock').getByText(/^Ringing 0:0\d$/).waitFor()
    await end(call)
    expectClean(skewed)
    await skewed.context().close()
  }
})

test('several calls: the newest ringing one first and under the keys; J leads to the other', async () => {
  const first = await ring('+12125550123')
  await card(page, 'Ada Whitlock').waitFor()
  await answer(first)
  await card(page, 'Ada Whitlock').getByText('On the phone').waitFor()
  const second = await ring('+442079460100')
  await card(page, 'Delphine Marchetti').getByText('Ringing').waitFor()
  assert.deepEqual((await live(page).getByRole('heading', { level: 2 }).allTextContents()).slice(0, 2).map((text) => text.trim()),
    ['Delphine Marchetti', 'Ada Whitlock'])
  const marked = () => page.locator('.call.selected h2').textContent()
  assert.match(await marked(), /Delphine/)
  await page.keyboard.press('j')
  assert.match(await marked(), /Ada/)
  assert.match(await page.evaluate(() => document.activeElement.textContent), /Ada/)
  await page.keyboard.press('k')
  assert.match(await marked(), /Delphine/)
  await expectAccessible(page, 'several')
  await answer(second, 'bert')
  await card(page, 'Delphine Marchetti').getByText('Answered by').waitFor()
})

test('with the keyboard alone: choose, undo, the history, a call, the list of keys', async () => {
  await page.reload()
  await page.getByText('Connected', { exact: true }).waitFor()
  const call = await ring('+442079460100')
  await card(page, 'Delphine Marchetti').getByText('Ringing').waitFor()
  await settled(page)
  await page.keyboard.press('3')
  await card(page, 'Farida Nazari').getByText('Chosen', { exact: true }).waitFor()
  await page.keyboard.press('h')
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'History')
  // The field and the button of the search lie between.
  await page.keyboard.press('Tab')
  await page.keyboard.type('u2')
  assert.equal(await page.getByLabel('Search calls by number').inputValue(), 'u2')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  const details = page.getByRole('dialog')
  await details.getByText('A ticket of this call belongs to').waitFor()
  await details.getByText('chosen by').waitFor()
  await expectAccessible(page, 'details')
  await page.keyboard.press('Escape')
  await details.waitFor({ state: 'detached' })
  assert.ok(await page.evaluate(() => document.activeElement.matches('.past')))
  // Typed into a field a moment ago, letters are not taken for keys; the choice stands.
  assert.equal((await ringdex.get(`/v1/calls/${call.call.id}`)).call.picked.record, 'people:contact:p-1006')
  await page.keyboard.press('?')
  await page.getByRole('dialog').getByText('take the choice back').waitFor()
  await expectAccessible(page, 'keys')
  await page.getByRole('checkbox', { name: 'Use these keys' }).uncheck()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.keyboard.press('1')
  await page.getByRole('button', { name: 'Keys and notifications' }).click()
  await page.getByRole('checkbox', { name: 'Use these keys' }).check()
  await page.keyboard.press('Escape')
  assert.equal((await ringdex.get(`/v1/calls/${call.call.id}`)).call.picked.record, 'people:contact:p-1006')
})

test('the call that was the last stays after its end, and stands in the history', async () => {
  const call = await ring('+12125550123')
  await card(page, 'Ada Whitlock').getByText('Ringing').waitFor()
  await end(call)
  await card(page, 'Ada Whitlock').getByText('Not answered').waitFor()
  await past(page).getByRole('button', { name: /Ada Whitlock/ }).first().getByText('not answered').waitFor()
})
