// Who may see the page, what hostile text does in it, and what it says while the server is away.

import assert from 'node:assert/strict'
import test, { after, afterEach, before } from 'node:test'
import { adminKey, card, csvSource, eventually, goTo, heading, openAdmin, signIn } from './support/admin.mjs'
import { expectAccessible, expectClean, openPage, startBrowser } from './support/browser.mjs'
import { startRingdex } from './support/ringdex.mjs'

let browser
before(async () => { browser = await startBrowser() })
// A page that stays open goes on asking.
afterEach(() => Promise.all(browser.contexts().map((context) => context.close())))
after(() => browser.close())

test('an agent’s key and a wrong one are refused in words; an admin’s opens the page', async () => {
  const server = await startRingdex({ keys: [adminKey, { scopes: ['agent', 'lookup'] }] })
  try {
    const page = await openPage(browser, `${server.url}/admin#/usage`)
    await signIn(page, 'rdx_wrong')
    await page.getByText('This key is not known here').waitFor()
    await signIn(page, server.keys[1])
    await page.getByText('It needs the scope admin').waitFor()
    assert.equal(await page.locator('.admin').count(), 0)
    // Signed in as an agent elsewhere in this browser: the page still is not to be had.
    await page.reload()
    await page.getByText('this page needs a key with the scope admin').waitFor()
    assert.equal(await page.evaluate(async () => (await fetch('/v1/sources', { headers: { 'X-Ringdex-Console': '1' } })).status), 403)
    await signIn(page, server.keys[0])
    // It is where the address says.
    await heading(page, 'Usage')
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByLabel('Key', { exact: true }).waitFor()
    assert.equal(await page.evaluate(async () => (await fetch('/v1/sources', { headers: { 'X-Ringdex-Console': '1' } })).status), 401)
    expectClean(page)
  } finally {
    await server.stop()
  }
})

const hostile = ['<img src=x onerror=alert(1)>', '"><script>alert(1)</script>', '{{7*7}}', '${alert(1)}', 'javascript:alert(1)', 'x'.repeat(200), '\u202Eevil', "'; --"]

test('hostile text in names, ids, numbers, addresses and files does nothing but stand there', async () => {
  const quoted = (text) => `"${text.replaceAll('"', '""')}"`
  const rows = hostile.map((text, i) => [`${i}${text}`, text, text, `+1212555${1100 + i}`, text].map(quoted).join(','))
  const rejected = hostile.map((text, i) => [`n${i}${text}`, '', '', '+12125551999', ''].map(quoted).join(','))
  const file = await csvSource('list', `Id,Name,Company,Phone,Labels\n${[...rows, ...rejected].join('\n')}\n`, { label: hostile[0] })
  const server = await startRingdex({ sources: [file.source], keys: [adminKey] })
  try {
    await server.until('/v1/runs', ({ runs }) => runs[0]?.outcome === 'finished')
    const page = await openAdmin(browser, server)
    page.on('dialog', (dialog) => { page.problems.push(`dialog: ${dialog.message()}`); dialog.dismiss() })
    await card(page, 'list').getByRole('heading', { name: hostile[0] }).waitFor()
    const views = [
      '#/sources/list', '#/runs', '#/runs/1',
      ...hostile.flatMap((text, i) => [`#/records/${encodeURIComponent(`list:contact:${i}${text}`)}`, `#/number/${encodeURIComponent(text)}`]),
      ...[hostile[0], hostile[1], 'x'.repeat(200)].map(encodeURIComponent).flatMap((text) => [
        `#/people?q=${text}`, `#/runs?source=${text}`, `#/sources/${text}`, `#/${text}`, `#/usage?range=${text}`]),
    ]
    for (const hash of views) {
      await goTo(page, hash)
      await eventually(() => page.evaluate(() => location.hash), (now) => now === hash || decodeURIComponent(now) === decodeURIComponent(hash), hash)
      await page.locator('.view h1').waitFor()
      assert.equal(await page.locator('.view img, .view script').count(), 0, hash)
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${hash} is too wide`)
    }
    await goTo(page, `#/records/${encodeURIComponent(`list:contact:0${hostile[0]}`)}`)
    await heading(page, hostile[0])
    expectClean(page)
  } finally {
    await server.stop()
    await file.remove()
  }
})

test('while the server is away the page says so and how old it is, and goes on when it is back', async () => {
  const server = await startRingdex({ keys: [adminKey] })
  try {
    const page = await openAdmin(browser, server)
    await card(page, 'people').getByText('Up to date').waitFor()
    const before = await page.locator('.view').boundingBox()
    await card(page, 'people').getByRole('button', { name: 'Sync now' }).focus()
    await server.pause()
    await page.getByText('The server cannot be reached.').waitFor()
    await eventually(() => page.locator('.unreachable').innerText(), (text) => /What you see is \d+ s old/.test(text), 'the age')
    // What was there still is, in its place, and the focus as well.
    await card(page, 'people').getByText('Up to date').waitFor()
    assert.deepEqual(await page.locator('.view').boundingBox(), before)
    assert.equal(await page.evaluate(() => document.activeElement.dataset.action), 'sync')
    await card(page, 'people').getByRole('button', { name: 'Sync now' }).click()
    await card(page, 'people').getByText('The server cannot be reached').waitFor()
    await server.resume()
    await page.locator('.unreachable p').waitFor({ state: 'detached' })
    await card(page, 'people').getByRole('button', { name: 'Pause' }).click()
    await card(page, 'people').getByText('Paused. What is here stays').waitFor()
    expectClean(page)
  } finally {
    await server.stop()
  }
})

test('a view that asks for nothing by itself is told as well that the server is back', async () => {
  const server = await startRingdex()
  try {
    await server.until('/v1/sources', ({ sources }) => sources[0].state === 'idle')
    const page = await openAdmin(browser, server, '#/number/+442079460100')
    await page.getByRole('heading', { name: '3 people have it' }).waitFor()
    await server.pause()
    await page.getByRole('button', { name: 'Explain step by step' }).click()
    await page.locator('.unreachable p').waitFor()
    await server.resume()
    await page.locator('.unreachable p').waitFor({ state: 'detached' })
    expectClean(page)
  } finally {
    await server.stop()
  }
})

test('a refresh that is refused is said, since what is shown looks as before', async () => {
  const server = await startRingdex()
  try {
    const page = await openAdmin(browser, server)
    await card(page, 'people').getByText('Up to date').waitFor()
    const detail = 'the index cannot be read'
    await page.route('**/v1/sources', (route) => route.fulfill({ status: 503, json: { code: 'store_failed', detail } }))
    await page.getByText('What you see is not refreshed.').waitFor()
    await page.locator('.unreachable').getByText(detail).waitFor()
    await card(page, 'people').getByText('Up to date').waitFor()
    await expectAccessible(page, 'a refused refresh')
    await page.unroute('**/v1/sources')
    await page.locator('.unreachable p').waitFor({ state: 'detached' })
    // With nothing to show, the view says it itself, and only once.
    await page.route('**/v1/usage*', (route) => route.fulfill({ status: 503, json: { code: 'store_failed', detail } }))
    await goTo(page, '#/usage')
    await page.getByRole('alert').getByText(detail).waitFor()
    assert.equal(await page.getByText(detail).count(), 1)
    expectClean(page)
  } finally {
    await server.stop()
  }
})

test('ages are those of the server, whatever the clock of the browser says', async () => {
  const server = await startRingdex()
  try {
    const { sources: [source] } = await server.until('/v1/sources', ({ sources }) => sources[0].state === 'idle')
    const ago = (minutes) => new Date(Date.now() - minutes * 60_000).toISOString()
    // A day late, and a day early.
    for (const apart of [-86_400_000, 86_400_000]) {
      const page = await openPage(browser, `${server.url}/healthz`)
      await page.route('**/v1/sources', (route) => route.fulfill({ json: { sources: [
        { ...source, since: ago(30), checkpoint_at: ago(0) }] } }))
      await page.clock.install({ time: Date.now() + apart })
      await page.goto(`${server.url}/admin`)
      await card(page, 'people').getByText('for 30 min').waitFor()
      expectClean(page)
    }
  } finally {
    await server.stop()
  }
})

test('nothing is asked while the page is hidden, and at once when it is seen again', async () => {
  const server = await startRingdex()
  try {
    const page = await openAdmin(browser, server)
    const hide = (hidden) => page.evaluate((value) => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => value })
      document.dispatchEvent(new Event('visibilitychange'))
    }, hidden)
    await page.waitForResponse((answer) => answer.url().endsWith('/v1/sources'))
    await page.clock.install()
    await page.reload()
    await card(page, 'people').waitFor()
    let asked = 0
    page.on('request', (request) => { if (request.url().includes('/v1/')) asked += 1 })
    await page.clock.runFor(5_000)
    await eventually(async () => asked, (count) => count > 0, 'a refresh')
    await hide(true)
    // What was under way may end; then a minute passes without a request.
    await eventually(async () => {
      const before = asked
      await page.clock.runFor(60_000)
      return asked - before
    }, (more) => more === 0, 'the rest')
    asked = 0
    await hide(false)
    await eventually(async () => asked, (count) => count > 0, 'the refresh on return')
    expectClean(page)
  } finally {
    await server.stop()
  }
})

test('states and kinds of a newer server are shown as they are', async () => {
  const server = await startRingdex()
  try {
    const { sources } = await server.until('/v1/sources', (all) => all.sources[0].state === 'idle')
    const page = await openPage(browser, `${server.url}/healthz`)
    await page.route('**/v1/sources', (route) => route.fulfill({ json: { sources: [
      { ...sources[0], state: 'dreaming_of_sheep', type: 'abacus', next_attempt: null, requests_left: null, swept_at: undefined },
      { id: 'bare', state: 'running' }] } }))
    await page.goto(`${server.url}/admin`)
    await page.getByText('dreaming of sheep').waitFor()
    await card(page, 'bare').getByText('Syncing').waitFor()
    await page.getByText('abacus').waitFor()
    expectClean(page)
  } finally {
    await server.stop()
  }
})
