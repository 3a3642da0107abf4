// Keys and sign-in links.

import assert from 'node:assert/strict'
import test, { after, afterEach, before } from 'node:test'
import { adminKey, eventually, openAdmin } from './support/admin.mjs'
import { expectAccessible, expectClean, openPage, startBrowser } from './support/browser.mjs'
import { startRingdex } from './support/ringdex.mjs'

let browser
before(async () => { browser = await startBrowser() })
// A page that stays open goes on asking.
afterEach(() => Promise.all(browser.contexts().map((context) => context.close())))
after(() => browser.close())

const lookupStatus = async (server, key) => (await fetch(`${server.url}/v1/version`, { headers: { Authorization: `Bearer ${key}` } })).status

async function makeKey(page, note, scopes) {
  await page.getByLabel('What it is for').fill(note)
  for (const scope of scopes) await page.getByLabel(scope).check()
  await page.getByRole('button', { name: 'Make the key' }).click()
  await page.locator('.made .secret').waitFor()
  return page.locator('.made .secret').innerText()
}

test('a key is made, shown once, copied, used, and removed', async () => {
  const server = await startRingdex({ keys: [adminKey] })
  try {
    const page = await openAdmin(browser, server, '#/keys', { permissions: ['clipboard-read', 'clipboard-write'] })
    await page.getByRole('button', { name: 'Make the key' }).click()
    await page.getByText('Choose at least one thing that the key is for.').waitFor()
    const note = '<b>The PBX</b> & "co"'
    const key = await makeKey(page, note, ['Look up callers'])
    await expectAccessible(page, 'a new key')
    await page.locator('.made').getByRole('button', { name: 'Copy' }).click()
    await eventually(() => page.evaluate(() => navigator.clipboard.readText()), (text) => text === key, 'the key in the clipboard')
    await eventually(() => lookupStatus(server, key), (status) => status === 200, 'the key’s first use')
    const row = page.getByRole('group', { name: 'Keys' }).getByRole('row').filter({ hasText: note })
    assert.match(await row.innerText(), /Look up callers/)
    // It is nowhere after a reload.
    await page.reload()
    await row.waitFor()
    assert.ok(!(await page.content()).includes(key))
    await row.getByRole('button', { name: /Remove/ }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('refused within a second').waitFor()
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await row.getByRole('button', { name: /Remove/ }).click()
    await dialog.getByRole('button', { name: 'Remove' }).click()
    await row.waitFor({ state: 'detached' })
    await eventually(() => lookupStatus(server, key), (status) => status === 401, 'the key refused')
    expectClean(page)
  } finally {
    await server.stop()
  }
})

test('one’s own key is told apart, the last one that may run the mirror is kept, and removing one’s own signs out', async () => {
  const server = await startRingdex({ keys: [adminKey, { scopes: ['lookup'] }] })
  try {
    const page = await openAdmin(browser, server, '#/keys')
    const own = page.getByRole('row').filter({ hasText: 'You use it now' })
    await own.getByRole('button', { name: /Remove/ }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('You are signed in with this very key').waitFor()
    await dialog.getByRole('button', { name: 'Remove' }).click()
    await page.locator('.outcome .note.bad').waitFor()
    assert.equal(await lookupStatus(server, server.keys[0]), 200)
    await makeKey(page, 'Another admin', ['Run the mirror'])
    await own.getByRole('button', { name: /Remove/ }).click()
    await dialog.getByRole('button', { name: 'Remove' }).click()
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    await eventually(() => lookupStatus(server, server.keys[0]), (status) => status === 401, 'the key refused')
    expectClean(page)
  } finally {
    await server.stop()
  }
})

test('the first key locks open access, and the page says so before and after', async () => {
  const server = await startRingdex()
  try {
    const page = await openAdmin(browser, server, '#/keys')
    await page.getByText('The first key locks the open access').waitFor()
    // One that could not come back here is asked about.
    await page.getByLabel('Look up callers').check()
    await page.getByRole('button', { name: 'Make the key' }).click()
    await page.getByRole('dialog').getByText('Make a first key that cannot run the mirror?').waitFor()
    await page.keyboard.press('Escape')
    const key = await makeKey(page, 'Me', ['Run the mirror'])
    await page.getByText('From now on every request needs a key.').waitFor()
    await eventually(async () => (await fetch(`${server.url}/v1/version`)).status, (status) => status === 401, 'the lock')
    assert.equal(await page.locator('.made .secret').innerText(), key)
    await page.getByRole('button', { name: 'I have copied it, sign me in with it' }).click()
    await page.getByText('You use it now').waitFor()
    expectClean(page)
  } finally {
    await server.stop()
  }
})

test('a sign-in link signs an agent in once, and not a second time', async () => {
  const server = await startRingdex({ keys: [adminKey] })
  try {
    const page = await openAdmin(browser, server, '#/keys')
    await page.getByLabel('The agent’s name in the phone system').fill('anna')
    await page.getByRole('button', { name: 'Make a link' }).click()
    await page.getByText(/^For anna, until/).waitFor()
    const url = await page.locator('.link .secret').innerText()
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/agent#code=/)
    await expectAccessible(page, 'a sign-in link')
    const agent = await openPage(browser, url)
    await agent.locator('header.bar').waitFor()
    assert.match(await agent.locator('header.bar .who').innerText(), /anna/)
    const second = await openPage(browser, url)
    await second.getByText('This link was used before or is too old').waitFor()
    expectClean(page)
  } finally {
    await server.stop()
  }
})
