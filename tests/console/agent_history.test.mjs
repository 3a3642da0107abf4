// The history: pages, search, and coming back after the server or the network was away.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { agentKey, card, connected, live, openScreen, past } from './support/agent_screen.mjs'
import { expectAccessible, expectClean, openPage, startBrowser } from './support/browser.mjs'
import { eventually } from './support/eventually.mjs'
import { startRingdex } from './support/ringdex.mjs'
import { signIn } from './support/sign_in.mjs'

let browser
let ringdex
const calls = 120

before(async () => {
  browser = await startBrowser()
  ringdex = await startRingdex({ keys: [agentKey] })
  for (let i = 0; i < calls; ++i) {
    const { call } = await ringdex.ring(`+1646200${1000 + i}`, { agent: 'ann', call_id: `c${i}` })
    await ringdex.post(`/v1/calls/${call.id}/end`)
  }
})
after(async () => {
  await browser?.close()
  await ringdex?.stop()
})

test('pages follow each other, newest first, each call once', async () => {
  const page = await openScreen(browser, ringdex)
  const rows = past(page).getByRole('listitem')
  const more = page.getByRole('button', { name: 'Show more' })
  await eventually(() => rows.count(), (count) => count === 50, 'the first page')
  await more.click()
  await eventually(() => rows.count(), (count) => count === 100, 'the second page')
  await more.click()
  await eventually(() => rows.count(), (count) => count === calls, 'all')
  const shown = await page.locator('[data-past]').evaluateAll((all) => all.map((one) => one.dataset.past))
  assert.deepEqual(shown, [...Array(calls).keys()].map((i) => `c${calls - 1 - i}`))
  await page.getByRole('button', { name: 'Show more' }).waitFor({ state: 'detached' })
  await expectAccessible(page, 'history')
  expectClean(page)
  await page.context().close()
})

test('a search finds the calls of a number, says when there are none, and what is no number', async () => {
  const page = await openScreen(browser, ringdex)
  const field = page.getByLabel('Search calls by number')
  const rows = past(page).getByRole('listitem')
  const search = async (text) => {
    await field.fill(text)
    await field.press('Enter')
  }
  await search('(646) 200-1007')
  await past(page).getByText('Calls with (646) 200-1007').waitFor()
  await eventually(() => rows.count(), (count) => count === 1, 'one call')
  await expectAccessible(page, 'search')
  await search('+442079460188')
  await past(page).getByText('No call with this number').waitFor()
  await search('nobody')
  await past(page).getByText('This is no phone number').waitFor()
  await expectAccessible(page, 'no number')
  await page.getByRole('button', { name: 'Show my calls' }).click()
  await eventually(() => rows.count(), (count) => count === 50, 'my calls')
  expectClean(page)
  await page.context().close()
})

test('what rang while the server was away from the page is shown when it is back', async () => {
  const page = await openScreen(browser, ringdex)
  await ringdex.pause()
  await page.getByText('Not connected, trying again…').waitFor()
  await page.getByText('Not connected', { exact: true }).waitFor()
  await expectAccessible(page, 'not connected')
  await ringdex.resume()
  await ringdex.until('/v1/lookup?number=%2B12125550123', ({ match }) => match === 'one')
  await ringdex.ring('+12125550123', { agent: 'ann' })
  await card(page, 'Ada Whitlock').waitFor()
  await connected(page)
  await page.getByText('Not connected, trying again…').waitFor({ state: 'detached' })
  expectClean(page)
  await page.context().close()
})

test('what rang and ended while the network was away is in the history; nothing twice', async () => {
  const page = await openScreen(browser, ringdex, { agent: 'cleo' })
  await page.context().setOffline(true)
  // A stream that is open goes on offline; its end is what a lost network comes to.
  await ringdex.restart()
  await page.getByText('Not connected, trying again…').waitFor()
  await ringdex.until('/v1/lookup?number=%2B12125550123', ({ match }) => match === 'one')
  const first = await ringdex.ring('+33199001234', { agent: 'cleo' })
  await ringdex.post(`/v1/calls/${first.call.id}/end`)
  await ringdex.ring('+442079460100', { agent: 'cleo' })
  await page.context().setOffline(false)
  await card(page, 'Delphine Marchetti').getByText('Ringing').waitFor()
  await past(page).getByRole('button', { name: /Jules Aubrac/ }).waitFor()
  assert.equal(await past(page).getByRole('listitem').count(), 2)
  assert.equal(await live(page).getByRole('article', { name: 'Delphine Marchetti' }).count(), 1)
  expectClean(page)
  await page.context().close()
})

test('after a gap that the server cannot tell, the calls are loaded anew', async () => {
  const page = await openScreen(browser, ringdex, { agent: 'dora' })
  // A number that is ahead of the server's is that of another data folder.
  await page.route('**/v1/events*', (route) => {
    const url = new URL(route.request().url())
    if (url.searchParams.has('last_event_id')) url.searchParams.set('last_event_id', '999999999')
    return route.continue({ url: url.href })
  })
  await page.context().setOffline(true)
  await ringdex.restart()
  await page.getByText('Not connected, trying again…').waitFor()
  await ringdex.until('/v1/lookup?number=%2B12125550123', ({ match }) => match === 'one')
  await ringdex.ring('+33199001234', { agent: 'dora' })
  await page.context().setOffline(false)
  await card(page, 'Jules Aubrac').waitFor()
  await ringdex.ring('+12125550123', { agent: 'dora' })
  await card(page, 'Ada Whitlock').waitFor()
  await eventually(() => past(page).getByRole('listitem').count(), (count) => count === 2, 'both calls')
  expectClean(page)
  await page.context().close()
})

test('calls are listed though events are not to be had, and none is told before they were asked for', async () => {
  const page = await openPage(browser, `${ringdex.url}/healthz`)
  await page.route('**/v1/events*', (route) => route.fulfill({ status: 503 }))
  let go
  const held = new Promise((done) => { go = done })
  await page.route('**/v1/calls*', async (route) => { await held; await route.continue() })
  await page.goto(`${ringdex.url}/agent`)
  await signIn(page, ringdex.keys[0], 'ann')
  await past(page).getByText('Loading the calls…').waitFor()
  assert.equal(await page.getByText('No calls yet').count(), 0)
  go()
  await eventually(() => past(page).getByRole('listitem').count(), (count) => count === 50, 'the calls')
  await page.getByText('Not connected', { exact: true }).waitFor()
  expectClean(page)
  await page.context().close()
})

test('a key that may not follow the calls is told so, once; the focus is not lost with the button', async () => {
  const page = await openPage(browser, `${ringdex.url}/healthz`)
  let loads = 0
  page.on('framenavigated', () => { loads += 1 })
  await page.route('**/v1/events*', (route) => route.fulfill({ status: 403 }))
  await page.goto(`${ringdex.url}/agent`)
  await signIn(page, ringdex.keys[0], 'ann')
  const words = 'This key may not follow the calls. Sign in with another one.'
  await page.getByText(words).last().waitFor()
  await eventually(() => past(page).getByRole('listitem').count(), (count) => count === 50, 'the calls')
  assert.equal(loads, 1)
  await expectAccessible(page, 'refused')
  await page.unroute('**/v1/events*')
  await page.getByRole('button', { name: 'Try now' }).press('Enter')
  await connected(page)
  await page.getByRole('button', { name: 'Try now' }).waitFor({ state: 'detached' })
  assert.equal(await page.evaluate(() => document.activeElement.id), 'content')
  expectClean(page)
  await page.context().close()
})
