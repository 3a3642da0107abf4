// The agent's page as a person uses it: signed in, with the words that stand on it.

import { openPage } from './browser.mjs'
import { signIn } from './sign_in.mjs'

export const agentKey = { scopes: ['lookup', 'agent'] }

// Signed in through the form and connected. `key`: none where the server has no keys. Still, unless asked otherwise,
// since drawing what moves takes more of a machine without a graphics card than all the rest.
export async function openScreen(browser, ringdex, { agent = 'ann', key = ringdex.keys[0], ...options } = {}) {
  const page = await openPage(browser, `${ringdex.url}/agent`, { reducedMotion: 'reduce', ...options })
  await signIn(page, key, agent)
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

// Right after a ring the page takes no click and no key, since they may have been meant for what stood there before.
export const settled = (page) => page.locator('.live:not(.settling)').waitFor()

// As `script` of a screen: keeps all that the live region says, however soon something else is said.
export const keepSaid = `
  window.allSaid = []
  new MutationObserver(() => {
    const text = document.getElementById('said')?.textContent ?? ''
    if (text !== window.allSaid.at(-1)) window.allSaid.push(text)
  }).observe(document, { subtree: true, childList: true, characterData: true })`
export const allSaid = (page) => page.evaluate(() => window.allSaid)
