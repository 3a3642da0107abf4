// Webhook events: what came, what each did, and what was refused.

import assert from 'node:assert/strict'
import test, { after, afterEach, before } from 'node:test'
import { eventually, heading, openAdmin, startScene } from './support/admin.mjs'
import { expectAccessible, expectClean, startBrowser } from './support/browser.mjs'

let browser
before(async () => { browser = await startBrowser() })
// A page that stays open goes on asking.
afterEach(() => Promise.all(browser.contexts().map((context) => context.close())))
after(() => browser.close())

test('events are shown newest first with their outcome and their records, as they come', async () => {
  const { server, fake, stop } = await startScene({ users: 10 })
  try {
    const page = await openAdmin(browser, server, '#/webhooks')
    await page.getByText('No event has come').waitFor()
    const { records: [first, second, third] } = await server.post('/v1/sources/support/preview', { records: 3 })
    await fake.command('rename', { id: third.external_id, name: 'Told by Webhook' })
    await server.until('/v1/webhooks', ({ events }) => events.length === 1 && events[0].outcome === 'applied')
    await fake.command('merge', { loser: first.external_id, winner: second.external_id })
    const { events } = await server.until('/v1/webhooks', (all) => all.events.length >= 2 && all.events.every((one) => one.settled_at))
    const rows = page.locator('table.events tbody tr')
    await eventually(() => rows.count(), (count) => count === events.length, 'the events')
    assert.deepEqual(await rows.evaluateAll((all) => all.map((row) => Number(row.dataset.event))), events.map((one) => one.number))
    const merged = events.find((one) => one.kind === 'merged')
    assert.ok(merged, JSON.stringify(events))
    const row = page.locator(`tr[data-event="${merged.number}"]`)
    assert.match(await row.innerText(), /Merged[\s\S]*into/)
    await expectAccessible(page, 'webhook events')
    await row.getByRole('link', { name: first.external_id }).click()
    await page.getByText(/It was merged into this one/).waitFor()
    expectClean(page)
  } finally {
    await stop()
  }
})

test('a refused signature is counted, with what to do about it', async () => {
  const { server, stop } = await startScene({ users: 2 })
  try {
    const refused = await fetch(`${server.url}/webhooks/default/support`, {
      method: 'POST', body: '{}', headers: {
        'X-Zendesk-Webhook-Signature': 'bm8=', 'X-Zendesk-Webhook-Signature-Timestamp': new Date().toISOString(), 'Content-Type': 'application/json' },
    })
    assert.ok(refused.status >= 400)
    const page = await openAdmin(browser, server, '#/webhooks')
    await page.getByText('1 event refused since the start: the signature did not match.').waitFor()
    await page.getByText(/webhook_secret; for Pipedrive webhook_password\) must be the same/).waitFor()
    await page.getByLabel('Source').selectOption('people')
    await eventually(() => page.getByText('the signature did not match').count(), (count) => count === 0, 'the other source’s counts')
    assert.match(page.url(), /source=people/)
    expectClean(page)
  } finally {
    await stop()
  }
})

test('older events come page by page', async () => {
  const { server, fake, stop } = await startScene({ users: 3, sources: [] })
  try {
    const { records: [record] } = await server.post('/v1/sources/support/preview', { records: 1 })
    for (let change = 0; change < 55; change += 1) await fake.command('rename', { id: record.external_id, name: `Name ${change}` })
    await server.until('/v1/webhooks?limit=200', ({ events }) => events.length === 55 && events.every((one) => one.settled_at))
    const page = await openAdmin(browser, server, '#/webhooks')
    await heading(page, 'Webhook events')
    const rows = page.locator('table.events tbody tr')
    await eventually(() => rows.count(), (count) => count === 50, 'the first page')
    await page.getByRole('button', { name: 'Show older events' }).click()
    await eventually(() => rows.count(), (count) => count === 55, 'all events')
    assert.equal(await page.getByRole('button', { name: 'Show older events' }).count(), 0)
    expectClean(page)
  } finally {
    await stop()
  }
})
