// The chart of lookups, hit rate and latency.

import assert from 'node:assert/strict'
import test, { after, afterEach, before } from 'node:test'
import { adminKey, eventually, goTo, heading, openAdmin } from './support/admin.mjs'
import { expectAccessible, expectClean, startBrowser } from './support/browser.mjs'
import { startRingdex } from './support/ringdex.mjs'

let browser
before(async () => { browser = await startBrowser() })
// A page that stays open goes on asking.
afterEach(() => Promise.all(browser.contexts().map((context) => context.close())))
after(() => browser.close())

test('lookups are drawn, read off by keyboard, and given as a table', async () => {
  const server = await startRingdex({ keys: [adminKey] })
  try {
    await server.until('/v1/sources', ({ sources }) => sources[0].state === 'idle')
    const page = await openAdmin(browser, server, '#/usage')
    await page.getByText('No lookup in the last day').waitFor()
    for (const number of ['+12125550123', '+442079460100', '+12125550199', 'anonymous']) {
      await server.get(`/v1/lookup?number=${encodeURIComponent(number)}`)
    }
    await server.until('/v1/usage?range=day', ({ total }) => total.lookups >= 4)
    await page.reload()
    await page.getByRole('img', { name: /^Lookups over time/ }).waitFor()
    assert.equal(await page.getByRole('img').count(), 3)
    assert.ok(await page.locator('path.bar.found').getAttribute('d'))
    const output = page.locator('output')
    const { points } = await server.get('/v1/usage?range=day')
    const { lookups } = points.at(-1)
    assert.match(await output.innerText(), new RegExp(`: ${lookups} lookups, \\d+ % found`))
    const slider = page.getByLabel('Read the charts at')
    assert.equal(await slider.getAttribute('aria-valuetext'), await output.innerText())
    await slider.focus()
    await page.keyboard.press('Home')
    await eventually(() => output.innerText(), (text) => /no lookup$/.test(text), 'the first period')
    await page.keyboard.press('End')
    await page.getByRole('img', { name: /^Lookups over time/ }).hover({ position: { x: 60, y: 60 } })
    await eventually(() => output.innerText(), (text) => /no lookup$/.test(text), 'the period under the pointer')
    await expectAccessible(page, 'usage as a chart')
    await page.getByRole('button', { name: 'Show as table' }).click()
    const cells = await page.locator('table.usage tbody tr').last().locator('td').allInnerTexts()
    assert.deepEqual(cells.slice(0, 5), [points.at(-1)].flatMap((one) => [one.lookups, one.found, one.many, one.none, one.unmatchable].map(String)))
    await expectAccessible(page, 'usage as a table')
    expectClean(page)
  } finally {
    await server.stop()
  }
})

test('days are those of UTC, also in a zone where it is still the day before', async () => {
  const server = await startRingdex()
  try {
    await server.until('/v1/sources', ({ sources }) => sources[0].state === 'idle')
    await server.get('/v1/lookup?number=%2B12125550123')
    const { points } = await server.until('/v1/usage?range=year', ({ total }) => total.lookups >= 1)
    const page = await openAdmin(browser, server, '#/usage?range=year', { timezoneId: 'America/Los_Angeles' })
    await page.getByText('Days are those of UTC.').waitFor()
    await page.getByRole('button', { name: 'Show as table' }).click()
    const day = new Date(points.at(-1).at)
    const name = await page.locator('table.usage tbody tr').last().locator('th').innerText()
    assert.match(name, new RegExp(`\\b${day.getUTCDate()}\\b.*${day.getUTCFullYear()}`))
    await goTo(page, '#/usage?range=week')
    await page.getByRole('heading', { name: 'Lookups' }).waitFor()
    assert.equal(await page.getByText('Days are those of UTC.').count(), 0)
    expectClean(page)
  } finally {
    await server.stop()
  }
})

test('each range has an address, and the way back leads through them', async () => {
  const server = await startRingdex({ keys: [adminKey] })
  try {
    const page = await openAdmin(browser, server, '#/usage')
    for (const range of ['Week', 'Month', 'Year']) {
      await page.getByRole('navigation', { name: 'Range' }).getByRole('link', { name: range }).click()
      await page.locator(`.ranges a[aria-current]`, { hasText: range }).waitFor()
      await page.getByText(`No lookup in the last ${range.toLowerCase()}`).or(page.getByRole('img').first()).first().waitFor()
    }
    await page.goBack()
    await page.locator('.ranges a[aria-current]', { hasText: 'Month' }).waitFor()
    await goTo(page, '#/usage?range=constructor')
    await page.locator('.ranges a[aria-current]', { hasText: 'Day' }).waitFor()
    await heading(page, 'Usage')
    expectClean(page)
  } finally {
    await server.stop()
  }
})
