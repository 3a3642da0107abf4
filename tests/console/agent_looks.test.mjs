// How the page looks: in light, in dark and on a small screen, in each of its states. RINGDEX_SHOTS names a folder for
// the pictures, to be looked at.

import assert from 'node:assert/strict'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { agentKey, live, openScreen } from './support/agent_screen.mjs'
import { expectAccessible, expectClean, startBrowser } from './support/browser.mjs'
import { eventually } from './support/eventually.mjs'
import { peopleFile } from './support/people_file.mjs'
import { startRingdex } from './support/ringdex.mjs'

const looks = [
  ['light', {}],
  ['dark', { colorScheme: 'dark' }],
  ['small', { viewport: { width: 320, height: 640 } }],
]
const crm = 'https://acme.zendesk.example/agent/users/'
const people = [
  { id: 1001, name: 'Ada Whitlock', organization: 'Whitlock & Daughters', title: 'Owner', url: `${crm}1001`, phone: '+12125550123' },
  { id: 1004, name: 'Delphine Marchetti', organization: 'Thornbury Glass Ltd', title: 'Sales Director', url: `${crm}1004`,
    phone: '+442079460100' },
  { id: 1005, name: 'Edwin Pryce', organization: 'Thornbury Glass Ltd', title: 'Buyer', url: `${crm}1005`, phone: '+442079460100' },
  { id: 1006, name: 'Farida Nazari', organization: 'Thornbury Glass Ltd', title: 'Accounts', url: `${crm}1006`, phone: '+442079460100' },
  ...[...Array(30).keys()].map((i) => ({ id: 2000 + i, name: `Shared Desk ${i + 1}`, organization: `Tenant ${i + 1}`,
    url: `${crm}${2000 + i}`, phone: '+4684650042' + '1' })),
]

let browser
let ringdex
let file
const screens = []

before(async () => {
  browser = await startBrowser()
  file = await peopleFile(people)
  file.source.label = 'Support'
  ringdex = await startRingdex({ sources: [file.source], keys: [agentKey] })
  await ringdex.until('/v1/lookup?number=%2B12125550123', ({ match }) => match === 'one')
  for (const [name, options] of looks) screens.push([name, await openScreen(browser, ringdex, options)])
})
after(async () => {
  await browser?.close()
  await ringdex?.stop()
  await file?.remove()
})

async function look(state) {
  for (const [name, page] of screens) {
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    assert.ok(wide <= 0, `${state}, ${name}: ${wide} px too wide`)
    const below = await page.evaluate(() =>
      document.documentElement.scrollHeight - Math.max(innerHeight, content.getBoundingClientRect().bottom + scrollY))
    assert.ok(below < 2, `${state}, ${name}: ${below} px of nothing below`)
    if (name !== 'light') await expectAccessible(page, `${state}, ${name}`)
    if (!process.env.RINGDEX_SHOTS) continue
    await page.screenshot({ path: path.join(process.env.RINGDEX_SHOTS, `${state}_${name}.png`), fullPage: name === 'small' })
  }
}
const onAll = (act) => Promise.all(screens.map(([, page]) => act(page)))
const see = (words) => onAll((page) => live(page).getByText(words).first().waitFor())
const ring = (from, more = {}) => ringdex.ring(from, { agent: 'ann', ...more })
const tell = ({ call }, what, body) => ringdex.post(`/v1/calls/${call.id}/${what}`, body)

test('each state is legible, reachable and as wide as the screen', async () => {
  await look('empty')
  const ada = await ring('+12125550123')
  await see('Owner')
  await look('one')
  await tell(ada, 'answer', { agent: 'ann' })
  await see('On the phone')
  const many = await ring('+442079460100')
  await see('Delphine Marchetti')
  await look('two')
  await tell(ada, 'end')
  await tell(many, 'pick', { record: 'people:contact:1005', agent: 'ann' })
  await see('Chosen')
  await look('chosen')
  await tell(many, 'end')
  const unknown = await ring('+12125550177')
  await see('Who is it?')
  await look('unknown')
  await tell(unknown, 'end')
  const withheld = await ring('anonymous')
  await see('Number withheld')
  await look('withheld')
  await tell(withheld, 'end')
  const crowd = await ring('+46846500421', { direction: 'inbound' })
  await see('30 people have this number, the first 25 are listed')
  await look('crowd')
  await tell(crowd, 'end')
  await onAll((page) => page.getByRole('region', { name: 'History' }).getByRole('button', { name: /Edwin/ }).click())
  await onAll((page) => page.getByText('A ticket of this call belongs to').waitFor())
  await look('details')
  await onAll((page) => page.keyboard.press('Escape'))
  await onAll((page) => page.keyboard.press('?'))
  await look('keys')
  await onAll((page) => page.keyboard.press('Escape'))
  await ringdex.pause()
  await onAll((page) => page.getByText('Not connected, trying again…').waitFor())
  await look('lost')
  await ringdex.resume()
  for (const [, page] of screens) expectClean(page)
})

test('whoever wants no motion sees none', async () => {
  const page = await openScreen(browser, ringdex, { agent: 'calm', reducedMotion: 'reduce' })
  const moving = await openScreen(browser, ringdex, { agent: 'calm', reducedMotion: 'no-preference' })
  await ringdex.ring('+12125550123', { agent: 'calm' })
  const animations = (one) => one.evaluate(() => document.getAnimations().length)
  await live(page).getByText('Ringing').waitFor()
  await eventually(() => animations(moving), (count) => count > 0, 'a ringing call moves')
  assert.equal(await animations(page), 0)
})
