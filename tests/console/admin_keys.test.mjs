// Keys and sign-in links.

import assert from 'node:assert/strict'
import test, { after, afterEach, before } from 'node:test'
import { adminKey, breaksOff, eventually, expectOnlyBroken, openAdmin } from './support/admin.mjs'
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
    // One that could not come back here is none.
    assert.equal(await page.getByLabel('Run the mirror').isChecked(), true)
    await page.getByLabel('Run the mirror').uncheck()
    await page.getByLabel('Look up callers').check()
    await page.getByRole('button', { name: 'Make the key' }).click()
    await page.getByText('The first key must run the mirror').waitFor()
    assert.deepEqual((await server.get('/v1/keys')).keys, [])
    const key = await makeKey(page, 'Me', ['Run the mirror'])
    await page.getByText('From now on every request needs a key.').waitFor()
    await eventually(async () => (await fetch(`${server.url}/v1/version`)).status, (status) => status === 401, 'the lock')
    // Whatever is pressed now, the key stays until it is copied.
    await page.getByLabel('Look up callers').check()
    await page.getByLabel('What it is for').press('Enter')
    await page.getByRole('button', { name: 'Make the key' }).click({ force: true })
    await page.getByRole('button', { name: 'Make a link' }).click({ force: true })
    assert.equal(await page.locator('.made .secret').innerText(), key)
    await page.getByRole('button', { name: 'I have copied it, sign me in with it' }).click()
    await page.getByText('You use it now').waitFor()
    expectClean(page)
  } finally {
    await server.stop()
  }
})

test('no key is made before it is known whether it is the first', async () => {
  const server = await startRingdex()
  try {
    const page = await openPage(browser, `${server.url}/healthz`)
    let answer
    const held = new Promise((go) => { answer = go })
    await page.route('**/v1/keys', async (route) => {
      await held
      await route.continue()
    })
    const posts = []
    page.on('request', (request) => { if (request.method() === 'POST' && request.url().endsWith('/v1/keys')) posts.push(request) })
    await page.goto(`${server.url}/admin#/keys`)
    await page.getByLabel('Run the mirror').check()
    await page.getByLabel('What it is for').press('Enter')
    await page.getByRole('button', { name: 'Make the key' }).click({ force: true })
    answer()
    await page.getByText('The first key locks the open access').waitFor()
    assert.equal(posts.length, 0)
    await page.getByRole('button', { name: 'Make the key' }).click()
    await page.getByText('From now on every request needs a key.').waitFor()
    assert.equal(posts.length, 1)
    expectClean(page)
  } finally {
    await server.stop()
  }
})

test('what is said of a copied text is not said of the next one, nor for long', async () => {
  const server = await startRingdex({ keys: [adminKey] })
  try {
    const page = await openAdmin(browser, server, '#/keys', { permissions: ['clipboard-read', 'clipboard-write'] })
    const link = page.locator('.link')
    const said = link.getByRole('status')
    const makeFor = async (agent) => {
      await page.getByLabel('The agent’s name in the phone system').fill(agent)
      await page.getByRole('button', { name: 'Make a link' }).click()
      await link.getByText(new RegExp(`^For ${agent}, until`)).waitFor()
      return link.locator('.secret').innerText()
    }
    const clipboard = () => page.evaluate(() => navigator.clipboard.readText())
    const first = await makeFor('anna')
    await page.clock.install()
    await link.getByRole('button', { name: 'Copy the link' }).click()
    await eventually(() => said.innerText(), (text) => text === 'Copied', 'the word for the first link')
    assert.equal(await clipboard(), first)
    const second = await makeFor('bert')
    assert.notEqual(second, first)
    assert.equal(await said.innerText(), '')
    await link.getByRole('button', { name: 'Copy the link' }).click()
    await eventually(() => said.innerText(), (text) => text === 'Copied', 'the word for the second link')
    assert.equal(await clipboard(), second)
    await page.clock.runFor(10_000)
    assert.equal(await said.innerText(), '')
    expectClean(page)
  } finally {
    await server.stop()
  }
})

test('an answer that breaks off leaves the view as usable as before', async () => {
  const server = await startRingdex({ keys: [adminKey] })
  try {
    // The headers of the first key's answer arrive, its body does not.
    const page = await openAdmin(browser, server, '#/keys', { script: breaksOff('/v1/keys') })
    await page.getByLabel('Look up callers').check()
    const make = page.getByRole('button', { name: 'Make the key' })
    await Promise.all([page.waitForResponse((answer) => answer.url().endsWith('/v1/keys') && answer.request().method() === 'POST'), make.click()])
    await eventually(() => make.getAttribute('aria-disabled'), (value) => value === null, 'the button again')
    await make.click()
    await page.locator('.made .secret').waitFor()
    expectOnlyBroken(page)
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
