// Who is let in by a browser's cookie, as a real browser sends it: of this server's own pages, and of nobody else's.

import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import { openPage, startBrowser } from './support/browser.mjs'
import { startRingdex } from './support/ringdex.mjs'
import { signIn } from './support/sign_in.mjs'

let browser, ringdex

before(async () => {
  browser = await startBrowser()
  ringdex = await startRingdex({ keys: [{ scopes: ['admin', 'agent', 'lookup'] }, { scopes: ['agent'] }] })
})
after(async () => {
  await browser?.close()
  await ringdex?.stop()
})

async function openSignedIn(path, key, agent) {
  const page = await openPage(browser, ringdex.url + path)
  await signIn(page, key, agent)
  await page.getByRole('button', { name: 'Sign out' }).waitFor()
  return page
}

const asked = (page, url, options) => page.evaluate(async ([target, given]) => {
  const answer = await fetch(target, given)
  return answer.status
}, [url, options])

test('the cookie is out of reach of scripts and of other sites, and ends with signing out', async () => {
  const page = await openSignedIn('/agent', ringdex.keys[1], 'anna')
  const [cookie] = await page.context().cookies()
  assert.equal(cookie.httpOnly, true)
  assert.equal(cookie.sameSite, 'Strict')
  assert.equal(await page.evaluate(() => document.cookie), '')
  assert.equal(await asked(page, '/v1/calls'), 200)
  assert.equal(await asked(page, '/v1/sources'), 403)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByLabel('Key', { exact: true }).waitFor()
  assert.deepEqual(await page.context().cookies(), [])
  // Also for who kept a copy of it.
  const kept = await fetch(ringdex.url + '/v1/calls', { headers: { Cookie: `${cookie.name}=${cookie.value}` } })
  assert.equal(kept.status, 401)
  await page.context().close()
})

test('a sign-in link works once and leaves no code in the address', async () => {
  const { path } = await ringdex.post('/v1/sign-in-codes', { agent: 'bob' })
  const first = await openPage(browser, ringdex.url + path)
  await first.getByRole('button', { name: 'Sign out' }).waitFor()
  assert.equal(first.url(), ringdex.url + '/agent')
  assert.equal((await first.evaluate(async () => (await fetch('/console/session')).json())).agent, 'bob')
  const second = await openPage(browser, ringdex.url + path)
  await second.getByText('This link was used before or is too old').waitFor()
  assert.equal(await asked(second, '/v1/calls'), 401)
  await first.context().close()
  await second.context().close()
})

test('a link opened where the page stands signs in; one that was used leaves who is signed in alone', async () => {
  const link = async (agent) => ringdex.url + (await ringdex.post('/v1/sign-in-codes', { agent })).path
  const page = await openPage(browser, await link('bob'))
  const agent = () => page.evaluate(async () => (await fetch('/console/session')).json().then((session) => session.agent))
  await page.getByText('bob · default').waitFor()
  const second = await link('cleo')
  // As typed into the address bar: only what is behind the # changes.
  await page.evaluate((url) => { location.href = url }, second)
  await page.getByText('cleo · default').waitFor()
  assert.equal(page.url(), ringdex.url + '/agent')
  assert.equal(await agent(), 'cleo')
  await page.goto('about:blank')
  await page.goto(second)
  await page.getByText('cleo · default').waitFor()
  assert.equal(page.url(), ringdex.url + '/agent')
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByLabel('Key', { exact: true }).waitFor()
  await page.evaluate((url) => { location.href = url }, second)
  await page.getByText('This link was used before or is too old').waitFor()
  await page.context().close()
})

// The same host on another port is the same site to a browser, which sends the cookie along; "localhost" is another one.
for (const host of ['127.0.0.1', 'localhost']) {
  test(`a page of ${host}, another origin, changes nothing and reads nothing with the cookie`, async () => {
    const page = await openSignedIn('/admin', ringdex.keys[0])
    const isQuiet = ({ runs }) => runs.length > 0 && runs.every((run) => run.finished_at)
    const before = new Set((await ringdex.until('/v1/runs', isQuiet)).runs.map(({ id }) => id))
    const target = ringdex.url + '/v1/sources/people/sync'
    const other = createServer((request, response) => {
      response.setHeader('Content-Type', 'text/html')
      response.end(`<form id="form" method="post" enctype="text/plain" action="${target}"><input name='{"kind":"full","x":"' value='"}'></form>`)
    }).listen(0, '127.0.0.1')
    await once(other, 'listening')
    try {
      const evil = await page.context().newPage()
      await evil.goto(`http://${host}:${other.address().port}/`)
      for (const options of [
        { method: 'POST', mode: 'no-cors', credentials: 'include', body: '{"kind":"full"}' },
        { method: 'POST', credentials: 'include', headers: { 'X-Ringdex-Console': '1' }, body: '{"kind":"full"}' },
        { method: 'GET', credentials: 'include' },
      ]) {
        const got = await evil.evaluate(async ([url, given]) => {
          try {
            const answer = await fetch(url, given)
            return answer.type === 'opaque' ? 'unread' : answer.status
          } catch {
            return 'unread'
          }
        }, [target, options])
        assert.equal(got, 'unread')
      }
      const [answer] = await Promise.all([
        evil.waitForResponse(target), evil.evaluate(() => document.getElementById('form').submit()),
      ])
      assert.ok([401, 403].includes(answer.status()), String(answer.status()))
      // A page in a frame could be clicked through.
      const framed = await page.context().newPage()
      await framed.goto(`http://${host}:${other.address().port}/`)
      const refused = framed.waitForEvent('console', (message) => /frame-ancestors/.test(message.text()))
      await framed.evaluate((url) => {
        const frame = document.createElement('iframe')
        frame.src = url
        document.body.append(frame)
      }, ringdex.url + '/agent')
      await refused
    } finally {
      other.close()
    }
    // One that was accepted would come before this one.
    await ringdex.post('/v1/sources/people/sync')
    const isDone = (all) => isQuiet(all) && all.runs.some(({ id }) => !before.has(id))
    const { runs } = await ringdex.until('/v1/runs', isDone)
    assert.deepEqual(runs.filter(({ id }) => !before.has(id)).map(({ kind }) => kind), ['delta'])
    await page.context().close()
  })
}
