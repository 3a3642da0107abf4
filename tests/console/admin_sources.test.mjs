// Sources: state, a running copy, and everything that can be done with them.

import assert from 'node:assert/strict'
import test, { after, afterEach, before } from 'node:test'
import { adminKey, breaksOff, card, csvSource, eventually, expectOnlyBroken, goTo, heading, openAdmin, startScene } from './support/admin.mjs'
import { expectAccessible, expectClean, startBrowser } from './support/browser.mjs'
import { startFake } from './support/fakes.mjs'
import { startRingdex } from './support/ringdex.mjs'

let browser
before(async () => { browser = await startBrowser() })
// A page that stays open goes on asking.
afterEach(() => Promise.all(browser.contexts().map((context) => context.close())))
after(() => browser.close())

const fact = (place, name) => place.locator('dl.facts > div').filter({ has: place.page().getByText(name, { exact: true }) }).locator('dd').innerText()

test('a source shows its state in words, its records and its day by cause', async () => {
  const { server, fake, stop } = await startScene({ users: 30 })
  try {
    const page = await openAdmin(browser, server)
    await heading(page, 'Sources')
    assert.equal(await page.title(), 'Sources · ringdex')
    const { sources } = await server.get('/v1/sources')
    for (const source of sources) {
      const place = card(page, source.id)
      await place.getByText('Up to date').waitFor()
      assert.equal(await fact(place, 'Records'), String(source.records))
    }
    const place = card(page, 'support')
    assert.equal(await place.getByText('Zendesk').count(), 1)
    await fake.command('rename', { id: await firstUser(server), name: 'Renamed Person' })
    await server.until('/v1/sources/support/today', (today) => today.updated >= 1)
    await place.getByText('What led to it').click()
    await place.getByRole('rowheader', { name: 'Webhooks' }).waitFor()
    // It stays open while the page is refreshed.
    await page.waitForResponse((answer) => answer.url().endsWith('/v1/sources'))
    assert.equal(await place.locator('details').evaluate((one) => one.open), true)
    expectClean(page)
  } finally {
    await stop()
  }
})

async function firstUser(server) {
  const log = await server.get('/v1/sources/support/today')
  assert.ok(log.added > 0)
  const preview = await server.post('/v1/sources/support/preview', { records: 1 })
  return preview.records[0].external_id
}

test('a running copy shows its progress, and pausing and resuming say what they did', async () => {
  const { server, stop } = await startScene({ users: 3500, latencyMs: 800, sources: [], copied: false })
  try {
    const page = await openAdmin(browser, server)
    const place = card(page, 'support')
    await place.locator('progress').waitFor()
    await eventually(() => place.locator('.progress').innerText(), (text) => /[1-9]\d* pages?/.test(text) && /\/s/.test(text), 'progress')
    await expectAccessible(page, 'a running copy')
    await place.getByRole('button', { name: 'Pause' }).click()
    await place.getByText('Paused. What is here stays').waitFor()
    await eventually(() => place.locator('.state').innerText(), (text) => /Paused/.test(text), 'the state paused')
    await place.getByRole('button', { name: 'Resume' }).click()
    await place.getByText('Resumed.').waitFor()
    await eventually(() => place.locator('.state').innerText(), (text) => /Up to date/.test(text), 'the end of the copy')
    assert.equal(await place.locator('progress').count(), 0)
    // A second full copy knows how much there is, and so how far it is.
    await goTo(page, '#/sources/support')
    await heading(page, 'Support')
    await page.getByRole('button', { name: 'Full copy' }).click()
    await page.getByText('Asked for a full copy').waitFor()
    await page.locator('progress[value]').waitFor()
    assert.match(await page.locator('.progress').innerText(), /\d %/)
    expectClean(page)
  } finally {
    await stop()
  }
})

test('a refusal is shown in the server’s own words', async () => {
  const { server, stop } = await startScene({ users: 5 })
  try {
    const page = await openAdmin(browser, server, '#/sources/support')
    const pause = page.getByRole('button', { name: 'Pause' })
    await pause.waitFor()
    // Another admin is quicker.
    await page.route('**/v1/sources', (route) => route.abort(), { times: 100 })
    await server.post('/v1/sources/support/disable')
    await pause.click()
    await page.getByText("Pause: source 'support' is disabled; enable it first").waitFor()
    expectClean(page)
  } finally {
    await stop()
  }
})

test('purge needs the source disabled and its id typed; a wrong text is refused', async () => {
  const { server, stop } = await startScene({ users: 20 })
  try {
    const page = await openAdmin(browser, server, '#/sources/support')
    await page.getByRole('button', { name: 'Disable' }).click()
    await page.getByText('Disabled. Its records are still found').waitFor()
    const records = (await server.get('/v1/sources')).sources.find((one) => one.id === 'support').records
    assert.ok(records > 0)
    const open = page.getByRole('button', { name: 'Purge' })
    await open.click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText(`All ${records} records`).waitFor()
    await expectAccessible(page, 'the question before a purge')
    const typed = dialog.getByRole('textbox')
    assert.equal(await typed.evaluate((one) => one === document.activeElement || one.closest('dialog').contains(document.activeElement)), true)
    const purge = dialog.getByRole('button', { name: 'Purge' })
    for (const wrong of ['', 'Support', 'support ', 'suppor', ' support']) {
      await typed.fill(wrong)
      assert.equal(await purge.isDisabled(), true, wrong)
      await typed.press('Enter')
      assert.equal(await dialog.isVisible(), true)
    }
    // Escape calls it off, and the focus is back where it was.
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    assert.equal(await page.evaluate(() => document.activeElement.dataset.action), 'purge')
    await open.click()
    await typed.fill('support')
    await purge.click()
    await page.getByText(`${records} records forgotten.`).waitFor()
    const after = (await server.get('/v1/sources')).sources.find((one) => one.id === 'support')
    assert.equal(after.records, 0)
    expectClean(page)
  } finally {
    await stop()
  }
})

const rows = (count) => `Id,Name,Phone\n${Array.from({ length: count }, (_, i) => `r-${i},Person ${i},+1212555${1000 + i}`).join('\n')}\n`

test('a listing that would remove too much waits until it is confirmed', async () => {
  const file = await csvSource('list', rows(20), { label: 'The list' })
  const server = await startRingdex({ sources: [file.source], keys: [{ scopes: ['admin', 'lookup'] }] })
  try {
    const listed = () => server.get('/v1/sources').then(({ sources }) => sources[0])
    await server.until('/v1/sources', ({ sources }) => sources[0].records === 20)
    await file.write(rows(12))
    const page = await openAdmin(browser, server)
    const place = card(page, 'list')
    await place.getByRole('button', { name: 'Sync now' }).click()
    await place.getByText('Asked for the changes').waitFor()
    await place.getByText('Needs your decision').waitFor()
    await place.getByRole('button', { name: 'Confirm removal' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('no longer has 8 of its 20 records').waitFor()
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    assert.equal((await listed()).records, 20)
    await place.getByRole('button', { name: 'Confirm removal' }).click()
    // Another number waits by the time of the click: the server is told what was read, and its refusal is shown.
    const words = 'another number waits: 9 records'
    await page.route('**/confirm', (route) => route.fulfill({ status: 409, json: { code: 'other_count', detail: words } }), { times: 1 })
    const [sent] = await Promise.all([page.waitForRequest('**/confirm'), dialog.getByRole('button', { name: 'Remove 8 records' }).click()])
    assert.deepEqual(sent.postDataJSON(), { records: 8 })
    await place.getByText(`Confirm removal: ${words}`).waitFor()
    assert.equal((await listed()).records, 20)
    await place.getByRole('button', { name: 'Confirm removal' }).click()
    await dialog.getByRole('button', { name: 'Remove 8 records' }).click()
    await place.getByText('8 records removed.').waitFor()
    assert.equal((await listed()).records, 12)
    await place.getByText('Up to date').waitFor()
    expectClean(page)
  } finally {
    await server.stop()
    await file.remove()
  }
})

test('a sweep of a CRM that lost many records without telling waits for its confirmation', async () => {
  const fake = await startFake('pipedrive', { persons: 30, 'deleted-vanish': true })
  const server = await startRingdex({
    sources: [{ id: 'deals', type: 'pipedrive', base_url: fake.url, auth: { api_token: 'a-token-for-tests' }, interval: '1h' }], keys: [adminKey],
  })
  try {
    await server.until('/v1/sources', ({ sources }) => sources[0].state === 'idle' && sources[0].records >= 30)
    const { records } = await server.post('/v1/sources/deals/preview', { records: 20 })
    for (const { external_id: id } of records.slice(0, 12)) await fake.command('delete', { id })
    const page = await openAdmin(browser, server, '#/sources/deals')
    await page.getByRole('button', { name: 'Sweep' }).click()
    await page.getByText('Asked for a sweep').waitFor()
    await page.getByText('Needs your decision').waitFor()
    const { sources: [held] } = await server.get('/v1/sources')
    assert.ok(held.awaiting_confirmation >= 12)
    await page.getByText(`${held.awaiting_confirmation} records of ${held.records} would be removed.`).waitFor()
    await page.getByRole('button', { name: 'Confirm removal' }).click()
    await page.getByRole('dialog').getByRole('button', { name: `Remove ${held.awaiting_confirmation} records` }).click()
    await page.getByText(`${held.awaiting_confirmation} records removed.`).waitFor()
    assert.equal((await server.get('/v1/sources')).sources[0].records, held.records - held.awaiting_confirmation)
    expectClean(page)
  } finally {
    await fake.stop()
    await server.stop()
  }
})

test('a preview whose answer breaks off can be asked for again', async () => {
  const file = await csvSource('list', rows(2))
  const server = await startRingdex({ sources: [file.source] })
  try {
    const page = await openAdmin(browser, server, '#/sources/list', { script: breaksOff('/preview') })
    const preview = page.getByRole('button', { name: 'Preview' })
    await Promise.all([page.waitForResponse('**/preview'), preview.click()])
    await eventually(() => preview.getAttribute('aria-disabled'), (value) => value === null, 'the button again')
    await preview.click()
    await page.getByRole('region', { name: 'Preview' }).getByText('Nothing was stored').waitFor()
    expectOnlyBroken(page)
  } finally {
    await server.stop()
    await file.remove()
  }
})

test('a preview shows what would come in, and stores nothing', async () => {
  const file = await csvSource('list', 'Id,Name,Phone\na,Ada,+12125550123\nb,,+12125550124\nc,Cid,n/a\n')
  const server = await startRingdex({ sources: [file.source] })
  try {
    const page = await openAdmin(browser, server, '#/sources/list')
    await page.getByRole('button', { name: 'Preview' }).click()
    const shown = page.getByRole('region', { name: 'Preview' })
    await shown.getByText('Nothing was stored').waitFor()
    await shown.getByRole('cell', { name: '+12125550123' }).waitFor()
    assert.match(await shown.innerText(), /n\/a \(cannot be matched\)/)
    expectClean(page)
  } finally {
    await server.stop()
    await file.remove()
  }
})
