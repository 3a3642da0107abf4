// Callers that nobody knows yet: named on the spot, and those whom a CRM names while it rings.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { agentKey, allSaid, card, keepSaid, live, openScreen, past, said, settled } from './support/agent_screen.mjs'
import { expectAccessible, expectClean, startBrowser } from './support/browser.mjs'
import { startFake } from './support/fakes.mjs'
import { freePort } from './support/program.mjs'
import { people, startRingdex } from './support/ringdex.mjs'

const secret = 'of the webhook'
let browser
let zendesk
let ringdex
const users = {}

async function addUser(name, phone) {
  const answer = await zendesk.command('add', { name, phone })
  return answer.match(/\d+/)[0]
}

before(async () => {
  browser = await startBrowser()
  const port = await freePort()
  zendesk = await startFake('zendesk', {
    users: 3, 'latency-ms': 120, email: 'admin@acme.example', token: 't',
    'webhook-url': `http://127.0.0.1:${port}/webhooks/default/support`, 'webhook-secret': secret,
  })
  users.loser = await addUser('Rosa Tamm', '+12125550190')
  users.winner = await addUser('Rosa Tamm-Kask', '+12125550191')
  users.gone = await addUser('Otto Gone', '+12125550192')
  const source = (account, id) => ({ id, account, type: 'zendesk', label: 'Support', base_url: zendesk.url,
    auth: { email: 'admin@acme.example', token: 't' }, webhook_secret: secret })
  ringdex = await startRingdex({
    port,
    accounts: {
      default: { on_miss: 'live', on_miss_deadline: '50ms' },
      shop: { unknown_caller: 'create' },
    },
    sources: [people, source('default', 'support')],
    keys: [agentKey, { scopes: ['lookup', 'agent'], account: 'shop' }, { scopes: ['admin'] }],
  })
  await ringdex.until('/v1/lookup?number=%2B12125550192', ({ match }) => match === 'one')
})
after(async () => {
  await browser?.close()
  await ringdex?.stop()
  await zendesk?.stop()
})

const ring = (from, more = {}, key) => ringdex.ring(from, { agent: 'ann', ...more }, key)

test('an unknown caller is named on the spot, by the keyboard', async () => {
  const page = await openScreen(browser, ringdex)
  await ring('+12125550181')
  const unknown = card(page, '(212) 555-0181')
  await unknown.getByText('Unknown caller').waitFor()
  await expectAccessible(page, 'unknown')
  await settled(page)
  await page.keyboard.press('n')
  await page.keyboard.type('Una Nueva')
  await page.keyboard.press('Tab')
  await page.keyboard.type('Nueva & Hijas')
  await page.keyboard.press('Enter')
  await card(page, 'Una Nueva').getByText('Nueva & Hijas').waitFor()
  await said(page, 'Saved as Una Nueva')
  assert.equal((await ringdex.get('/v1/lookup?number=%2B12125550181')).candidates[0].name, 'Una Nueva')
  // The field with the focus is gone; it is not lost to the page.
  assert.match(await page.evaluate(() => document.activeElement.textContent), /Una Nueva/)
  await past(page).getByRole('button', { name: /Una Nueva/ }).waitFor()
  expectClean(page)
  await page.context().close()
})

test('a name that comes after the call is kept for the next one, and that is said', async () => {
  const page = await openScreen(browser, ringdex, { agent: 'late' })
  const { call } = await ring('+12125550185', { agent: 'late' })
  const unknown = card(page, '(212) 555-0185')
  await unknown.getByText('Who is it?').waitFor()
  await live(page).getByLabel('Name').fill('Zed After')
  await ringdex.post(`/v1/calls/${call.id}/end`)
  await unknown.getByText('Not answered').waitFor()
  assert.equal(await live(page).getByLabel('Name').inputValue(), 'Zed After')
  await live(page).getByRole('button', { name: 'Save' }).click()
  await unknown.getByText('Saved as Zed After. The next call of this number shows it.').waitFor()
  await expectAccessible(page, 'saved after the call')
  await ring('+12125550185', { agent: 'late' })
  await card(page, 'Zed After').getByText('Ringing').waitFor()
  expectClean(page)
  await page.context().close()
})

test('a number that somebody got meanwhile is told, and nothing is saved', async () => {
  const page = await openScreen(browser, ringdex)
  await ring('+12125550182')
  await card(page, '(212) 555-0182').getByText('Who is it?').waitFor()
  await page.route('**/v1/records', (route) => route.fulfill({
    status: 409, contentType: 'application/problem+json',
    body: '{"code":"number_known","detail":"people:contact:p-1001 has this number"}',
  }))
  await live(page).getByLabel('Name').fill('Too Late')
  await live(page).getByRole('button', { name: 'Save' }).click()
  const words = 'Not saved: this number belongs to somebody by now (people:contact:p-1001 has this number)'
  await page.locator('.problem', { hasText: words }).waitFor()
  await said(page, words)
  assert.equal(await live(page).getByLabel('Name').inputValue(), 'Too Late')
  await expectAccessible(page, 'number known')
  await page.unroute('**/v1/records')
  expectClean(page)
  await page.context().close()
})

test('the record that was made for an unknown caller gets its name', async () => {
  const page = await openScreen(browser, ringdex, { key: ringdex.keys[1] })
  const { candidates } = await ring('+12125550183', {}, ringdex.keys[1])
  assert.equal(candidates[0].kind, 'local')
  await card(page, '(212) 555-0183').getByText('Unknown caller').waitFor()
  await live(page).getByLabel('Organization').fill('Only a Company')
  await live(page).getByRole('button', { name: 'Save' }).click()
  await card(page, 'Only a Company').waitFor()
  const { record, ...rest } = await ringdex.get(`/v1/records/${candidates[0].id}`, ringdex.keys[1])
  assert.deepEqual((record ?? rest).phones.map(({ e164 }) => e164), ['+12125550183'])
  expectClean(page)
  await page.context().close()
})

test('what a CRM tells too late for the ring replaces what is shown, and is said', async () => {
  const page = await openScreen(browser, ringdex, { script: keepSaid })
  await addUser('Lara Late', '+12125550184')
  await ring('+12125550184')
  await live(page).getByRole('heading', { level: 2 }).first().waitFor()
  const heading = live(page).getByRole('heading', { level: 2 }).first()
  const { x, y } = await heading.boundingBox()
  const shown = card(page, 'Lara Late')
  await shown.waitFor()
  await said(page, 'Now known: Lara Late')
  // The first stood there for a moment only.
  assert.match((await allSaid(page)).join('. '), /Incoming call: \(212\) 555-0184, Unknown caller\. Now known: Lara Late$/)
  const now = await heading.boundingBox()
  assert.deepEqual([now.x, now.y], [x, y])
  const link = shown.getByRole('link', { name: /Open in Support/ })
  assert.match(await link.getAttribute('href'), /^http/)
  assert.equal(await link.getAttribute('rel'), 'noopener noreferrer')
  assert.equal(await link.getAttribute('target'), '_blank')
  assert.equal(await shown.getByText('Who is it?').count(), 0)
  expectClean(page)
  await page.context().close()
})

test('details say what became of the people: merged, deleted', async () => {
  const page = await openScreen(browser, ringdex)
  const merged = await ring('+12125550190')
  const gone = await ring('+12125550192')
  await card(page, 'Rosa Tamm').waitFor()
  await card(page, 'Otto Gone').waitFor()
  await zendesk.command('merge', { loser: users.loser, winner: users.winner })
  await zendesk.command('delete', { id: users.gone })
  const details = page.getByRole('dialog')
  for (const [call, name, tag, words] of [[merged, 'Rosa Tamm', 'Merged', `support:contact:${users.loser}`],
    [gone, 'Otto Gone', 'Deleted', 'was deleted in its CRM']]) {
    await ringdex.until(`/v1/calls/${call.call.id}`, ({ attribute }) => attribute[0].state === tag.toLowerCase())
    await past(page).getByRole('button', { name: new RegExp(name) }).click()
    await details.getByText(tag, { exact: true }).waitFor()
    await details.getByText(words).last().waitFor()
    await expectAccessible(page, tag)
    await page.keyboard.press('Escape')
    await details.waitFor({ state: 'detached' })
  }
  expectClean(page)
  await page.context().close()
})
