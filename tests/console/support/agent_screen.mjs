// The agent's page as a person uses it: signed in, with the words that stand on it.

import { openPage } from './browser.mjs'

export const agentKey = { scopes: ['lookup', 'agent'] }

// Signed in through the form and connected. `key`: none where the server has no keys. Still, unless asked otherwise,
// since drawing what moves takes more of a machine without a graphics card than all the rest.
export async function openScreen(browser, ringdex, { agent = 'ann', key = ringdex.keys[0], ...options } = {}) {
  const page = await openPage(browser, `${ringdex.url}/agent`, { reducedMotion: 'reduce', ...options })
  if (key) await page.getByLabel('Key').fill(key)
  await page.getByLabel('Your name in the phone system').fill(agent)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await connected(page)
  return page
}

export const connected = (page) => page.getByText('Connected', { exact: true }).waitFor()
export const live = (page) => page.getByRole('region', { name: 'Calls now' })
export const card = (page, name) => page.getByRole('article', { name, exact: true })
export const past = (page) => page.getByRole('region', { name: 'History' })
export const choice = (page, name) => live(page).getByRole('button', { name: new RegExp(name) })

// Until the live region has said it.
export const said = (page, words) => page.locator('#said', { hasText: words }).waitFor({ state: 'attached' })

// Until `look()` gives what is wanted; for what no locator can wait for.
export async function until(look, wanted, what) {
  const end = Date.now() + 15_000
  for (;;) {
    const seen = await look()
    if (wanted(seen)) return seen
    if (Date.now() > end) throw new Error(`${what}: ${JSON.stringify(seen)}`)
    await new Promise(setImmediate)
  }
}
