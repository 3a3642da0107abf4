// Signing in to the agent's page, and whose calls are seen then.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { agentKey, card, choice, connected, live, openScreen, past } from './support/agent_screen.mjs'
import { expectAccessible, expectClean, openPage, startBrowser } from './support/browser.mjs'
import { startRingdex } from './support/ringdex.mjs'

let browser
let ringdex

before(async () => {
  browser = await startBrowser()
  ringdex = await startRingdex({
    accounts: { default: {}, other: {} },
    keys: [agentKey, { scopes: ['lookup', 'agent'], account: 'other' }, { scopes: ['lookup'] }, { scopes: ['agent'] },
      { scopes: ['admin'] }],
  })
})
after(async () => {
  await browser?.close()
  await ringdex?.stop()
})

const submit = (page) => page.getByRole('button', { name: 'Sign in' }).click()

test('a wrong key is refused with words, the right one lets in, and signing out ends it', async () => {
  const page = await openPage(browser, `${ringdex.url}/agent`)
  const key = page.getByLabel('Key')
  await key.fill('rdx_wrong')
  await submit(page)
  await page.getByText('This key is not known here').waitFor()
  await expectAccessible(page, 'refused')
  await key.fill(ringdex.keys[2])
  await submit(page)
  await page.getByText('This key may not see this page').waitFor()
  await key.fill(ringdex.keys[0])
  await page.getByLabel('Your name in the phone system').fill('ann')
  await submit(page)
  await connected(page)
  await live(page).getByText('It shows here as soon as the phone rings').waitFor()
  await page.reload()
  await connected(page)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await key.waitFor()
  expectClean(page)
  await page.context().close()
})

test('a link with a code signs in once', async () => {
  const { path } = await ringdex.post('/v1/sign-in-codes', { agent: 'ann' })
  const page = await openPage(browser, ringdex.url + path)
  await connected(page)
  assert.equal(new URL(page.url()).hash, '')
  await ringdex.ring('+12125550123', { agent: 'ann' })
  await card(page, 'Ada Whitlock').waitFor()
  await page.context().close()
  const again = await openPage(browser, ringdex.url + path)
  await again.getByText('This link was used before or is too old').waitFor()
  expectClean(again)
  await again.context().close()
})

test('another agent and another account do not see the call; who gives no name sees all of the account', async () => {
  const ann = await openScreen(browser, ringdex)
  const bert = await openScreen(browser, ringdex, { agent: 'bert' })
  const all = await openScreen(browser, ringdex, { agent: '' })
  const other = await openScreen(browser, ringdex, { agent: '', key: ringdex.keys[1] })
  await ringdex.ring('+442079460100', { agent: 'ann' })
  await card(ann, 'Delphine Marchetti').waitFor()
  await card(all, 'Delphine Marchetti').waitFor()
  // Later calls of their own show that the stream has told them all that is for them.
  await ringdex.ring('+33199001234', { agent: 'bert' })
  await card(bert, 'Jules Aubrac').waitFor()
  await ringdex.ring('+12125550171', {}, ringdex.keys[1])
  await card(other, '(212) 555-0171').waitFor()
  assert.equal(await ann.getByText('Jules Aubrac').count(), 0)
  for (const page of [bert, other]) {
    assert.equal(await page.getByText('Delphine Marchetti').count(), 0)
    assert.equal(await past(page).getByText('Delphine Marchetti').count(), 0)
  }
  for (const page of [ann, bert, all, other]) {
    expectClean(page)
    await page.context().close()
  }
})

test('a key that may only see calls shows them, without titles', async () => {
  const page = await openScreen(browser, ringdex, { agent: 'zoe', key: ringdex.keys[3] })
  await ringdex.ring('+442079460100', { agent: 'zoe' })
  await card(page, 'Delphine Marchetti').waitFor()
  await choice(page, 'Edwin Pryce').click()
  await card(page, 'Edwin Pryce').getByText('Chosen', { exact: true }).waitFor()
  expectClean(page)
  await page.context().close()
})

test('a session that is closed elsewhere leads back to signing in', async () => {
  const page = await openScreen(browser, ringdex)
  await page.evaluate(() => fetch('/console/session', { method: 'DELETE', headers: { 'X-Ringdex-Console': '1' } }))
  await ringdex.ring('+12125550123', { agent: 'ann' })
  await page.getByLabel('Key').waitFor()
  expectClean(page)
  await page.context().close()
})
