// Desktop notifications: only when asked for, allowed and needed.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { agentKey, card, openScreen } from './support/agent_screen.mjs'
import { expectAccessible, expectClean, startBrowser } from './support/browser.mjs'
import { eventually } from './support/eventually.mjs'
import { startRingdex } from './support/ringdex.mjs'

let browser
let ringdex

before(async () => {
  browser = await startBrowser()
  ringdex = await startRingdex({ keys: [agentKey] })
  await ringdex.until('/v1/lookup?number=%2B12125550123', ({ match }) => match === 'one')
})
after(async () => {
  await browser?.close()
  await ringdex?.stop()
})

// In place of the browser's own, which no test can look at: keeps what was shown, and grants or denies as is said.
const recorded = (permission, answer = permission) => `{
  window.shown = []
  window.asked = 0
  window.looked = false
  document.hasFocus = () => window.looked
  window.Notification = class {
    static permission = ${JSON.stringify(permission)}
    static async requestPermission() {
      window.asked += 1
      return (this.permission = ${JSON.stringify(answer)})
    }
    constructor(title, options) {
      this.title = title
      this.options = options
      this.open = true
      window.shown.push(this)
    }
    close() { this.open = false; this.onclose?.() }
  }
}`
const shown = (page) => page.evaluate(() => window.shown.map(({ title, options, open }) => [title, options.body, open]))

test('a click asks, each ring out of sight is shown once, and goes when it rings no more', async () => {
  const page = await openScreen(browser, ringdex, { script: recorded('default', 'granted') })
  await ringdex.ring('+33199001234', { agent: 'ann' })
  await card(page, 'Jules Aubrac').waitFor()
  assert.deepEqual(await shown(page), [])
  assert.equal(await page.evaluate(() => window.asked), 0)
  await page.getByRole('button', { name: 'Turn on notifications' }).click()
  await page.getByRole('button', { name: 'Notifications on' }).waitFor()
  assert.equal(await page.evaluate(() => window.asked), 1)
  const { call } = await ringdex.ring('+12125550123', { agent: 'ann' })
  await card(page, 'Ada Whitlock').waitFor()
  assert.deepEqual(await shown(page), [['Ada Whitlock', 'Incoming call · Whitlock & Daughters', true]])
  await ringdex.post(`/v1/calls/${call.id}/answer`, { agent: 'ann' })
  await eventually(() => shown(page), ([one]) => !one[2], 'closed')
  await page.evaluate(() => { window.looked = true })
  await ringdex.ring('+12125550147', { agent: 'ann' })
  await card(page, 'Bruno Castellane').waitFor()
  await page.evaluate(() => { window.looked = false })
  await ringdex.ring('+12125550177', { agent: 'ann' })
  await card(page, '(212) 555-0177').waitFor()
  assert.deepEqual((await shown(page)).slice(1), [['Unknown caller (212) 555-0177', 'Incoming call', true]])
  expectClean(page)
  await page.context().close()
})

test('what rang while the page was away is not shown as if it rang now', async () => {
  const page = await openScreen(browser, ringdex, { agent: 'bea', script: recorded('granted') })
  await page.context().setOffline(true)
  await ringdex.restart()
  await page.getByText('Not connected, trying again…').waitFor()
  await ringdex.until('/v1/lookup?number=%2B12125550123', ({ match }) => match === 'one')
  const { call } = await ringdex.ring('+33199001234', { agent: 'bea' })
  await ringdex.post(`/v1/calls/${call.id}/end`)
  await ringdex.ring('+12125550123', { agent: 'bea' })
  await page.context().setOffline(false)
  await card(page, 'Ada Whitlock').waitFor()
  const titles = (await shown(page)).filter(([, , open]) => open).map(([title]) => title)
  assert.deepEqual(titles, ['Ada Whitlock'])
  expectClean(page)
  await page.context().close()
})

for (const [state, script, button, words] of [
  ['blocked', recorded('denied'), 'Notifications blocked', 'blocked for this page in the browser'],
  ['without HTTPS', `${recorded('default')}; Object.defineProperty(window, 'isSecureContext', { value: false })`,
    'No notifications', 'only for pages over HTTPS'],
  ['missing', 'delete window.Notification', 'No notifications', 'has no notifications'],
]) {
  test(`${state}: said plainly, and calls are shown as ever`, async () => {
    const page = await openScreen(browser, ringdex, { script })
    await page.getByRole('button', { name: button, exact: true }).click()
    await page.getByRole('dialog').getByText(words).waitFor()
    await expectAccessible(page, state)
    await page.keyboard.press('Escape')
    await ringdex.ring('+12125550123', { agent: 'ann' })
    await card(page, 'Ada Whitlock').last().waitFor()
    expectClean(page)
    await page.context().close()
  })
}

test('a permission of the real browser is asked for by nobody but the button', async () => {
  const page = await openScreen(browser, ringdex, { permissions: ['notifications'] })
  await page.getByRole('button', { name: 'Notifications on' }).waitFor()
  expectClean(page)
  await page.context().close()
})
