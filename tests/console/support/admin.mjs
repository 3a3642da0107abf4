// The admin page in a browser, in front of the real server and a fake CRM.

import assert from 'node:assert/strict'
import { openPage } from './browser.mjs'
import { startFake } from './fakes.mjs'
import { freePort } from './program.mjs'
import { people, startRingdex } from './ringdex.mjs'
import { signIn } from './sign_in.mjs'

export { eventually } from './eventually.mjs'
export { csvSource } from './people_file.mjs'
export { signIn }

const secret = 'a-secret-of-the-tests'
export const adminKey = { scopes: ['admin', 'agent', 'lookup'] }

// The fake Zendesk as the source `support`.
export const support = (url, more = {}) => ({
  id: 'support', type: 'zendesk', label: 'Support', base_url: url, interval: '1h', requests_per_minute: 6000,
  auth: { email: 'bot@acme.example', token: 'a-token-for-tests' }, webhook_secret: secret, ...more,
})

// A fake Zendesk that tells of changes by webhook (unless not), and the server that copies it.
export async function startScene({ users = 40, latencyMs = 0, webhooks = true, source = {}, sources = [people], keys = [adminKey], copied = true, ...more } = {}) {
  const port = await freePort()
  const fake = await startFake('zendesk', {
    users, 'latency-ms': latencyMs,
    ...(webhooks ? { 'webhook-url': `http://127.0.0.1:${port}/webhooks/default/support`, 'webhook-secret': secret } : {}),
  })
  const server = await startRingdex({ port, keys, sources: [...sources, support(fake.url, source)], ...more })
  if (copied) await server.until('/v1/sources', ({ sources: all }) => all.every((one) => one.state === 'idle' && one.checkpoint_at))
  return { fake, server, async stop() { await fake.stop(); await server.stop() } }
}

// Opens the admin page at a view; signs in by the form where there are keys.
export async function openAdmin(browser, server, hash = '', options = {}) {
  const page = await openPage(browser, `${server.url}/admin${hash}`, options)
  page.setDefaultTimeout(15_000)
  if (server.keys.length > 0) await signIn(page, server.keys[0])
  await page.locator('.view h1').waitFor()
  return page
}

// Goes to another view as a link does.
export async function goTo(page, hash) {
  await page.evaluate((to) => { location.hash = to }, hash)
}

export const heading = (page, name) => page.getByRole('heading', { level: 1, name }).waitFor()
export const card = (page, id) => page.locator(`.source[data-source="${id}"]`)

// For openAdmin's `script`: of the first POST to an address that ends so the headers arrive, and the body breaks off.
export const breaksOff = (ending) => ({ content: `(${breakFirst})(${JSON.stringify(ending)})` })
function breakFirst(ending) {
  const ask = window.fetch
  let broken = false
  window.fetch = async (url, options) => {
    const answer = await ask(url, options)
    if (!broken && options?.method === 'POST' && String(url).endsWith(ending)) {
      broken = true
      answer.text = () => Promise.reject(new TypeError('network error'))
    }
    return answer
  }
}
// The page may be told of it as an error of its own; else nothing may have gone wrong.
export const expectOnlyBroken = (page) => assert.deepEqual(page.problems.filter((one) => !one.includes('network error')), [])
