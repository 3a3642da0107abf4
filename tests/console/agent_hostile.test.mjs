// What CRMs hold is written by anybody: markup, addresses that run, names without end, text from right to left.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { agentKey, card, live, openScreen, past } from './support/agent_screen.mjs'
import { expectAccessible, expectClean, startBrowser } from './support/browser.mjs'
import { peopleFile } from './support/people_file.mjs'
import { startRingdex } from './support/ringdex.mjs'

const markup = '<img src=x onerror="window.attacked=1"><script>window.attacked=1</script>'
const people = [
  { id: '"><svg/onload=window.attacked=1>', name: markup, organization: `${markup}</title></textarea>`,
    title: '${alert(1)}{{7*7}}', url: 'javascript:window.attacked=1', phone: '+16462001001' },
  { id: 'long', name: 'W'.repeat(1000), organization: 'ñ'.repeat(1000), title: 'x'.repeat(1000), phone: '+16462001002' },
  { id: 'words', name: 'word '.repeat(200).trim(), organization: 'of many words '.repeat(60).trim(), phone: '+16462001002' },
  { id: 'rtl', name: 'أحمد بن سعيد (المدير) 123', organization: '\u202eevil\u202c & שלום', phone: '+16462001003' },
  { id: 'emoji', name: '👩‍👩‍👧‍👦'.repeat(40), organization: 'Z\u0334\u0353\u0345a\u0337\u0321'.repeat(50), url: 'data:text/html,<script>window.attacked=1</script>',
    phone: '+16462001004' },
  { id: 'good', name: 'Good Link', url: 'https://crm.example/people/1?a=<b>&c="d"', phone: '+16462001005' },
]

let browser
let ringdex
let file

before(async () => {
  browser = await startBrowser()
  file = await peopleFile(people)
  ringdex = await startRingdex({ sources: [file.source], keys: [agentKey] })
  await ringdex.until('/v1/lookup?number=%2B16462001005', ({ match }) => match === 'one')
})
after(async () => {
  await browser?.close()
  await ringdex?.stop()
  await file?.remove()
})

const overflow = (page) => page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth))

for (const width of [1280, 320]) {
  test(`at ${width} px, nothing of it runs, breaks out or widens the page`, async () => {
    const agent = `a${width}`
    const page = await openScreen(browser, ringdex, { agent, viewport: { width, height: 800 } })
    const names = (text) => live(page).getByRole('heading', { level: 2 }).filter({ hasText: text }).first().waitFor()
    for (const [number, name] of [['+16462001001', markup], ['+16462001002', /WWWW|word/], ['+16462001003', 'أحمد'],
      ['+16462001004', '👩‍👩‍👧‍👦'], ['+16462001005', 'Good Link']]) {
      const { call } = await ringdex.ring(number, { agent })
      await names(name)
      assert.equal(await overflow(page), 0, number)
      if (width === 320) await expectAccessible(page, number)
      await past(page).getByRole('listitem').first().getByRole('button').click()
      await page.getByRole('dialog').getByText('A ticket of this call belongs to').waitFor()
      assert.equal(await overflow(page), 0, `details of ${number}`)
      await page.keyboard.press('Escape')
      await ringdex.post(`/v1/calls/${call.id}/end`)
    }
    for (const [from, to] of [[`${markup}@x`, '+12125550100'], ['\u202e123', markup], ['x'.repeat(500), 'y'.repeat(500)]]) {
      const { call } = await ringdex.ring(from, { agent, to, call_id: `${markup} ${from.slice(0, 50)}${width}` })
      await page.locator(`[data-call=${JSON.stringify(call.id)}]`).waitFor()
      assert.equal(await overflow(page), 0, from)
      if (width === 320) await expectAccessible(page, from)
      await ringdex.post(`/v1/calls/${encodeURIComponent(call.id)}/end`)
    }
    assert.equal(await page.evaluate(() => window.attacked), undefined)
    const links = await page.locator('a[href]').evaluateAll((all) => all.map((one) => new URL(one.href).protocol))
    assert.deepEqual(links.filter((protocol) => protocol !== 'http:' && protocol !== 'https:'), [])
    expectClean(page)
    await page.context().close()
  })
}

test('a link into the CRM opens a page of its own, which learns nothing of this one', async () => {
  const page = await openScreen(browser, ringdex, { agent: 'link' })
  await ringdex.ring('+16462001005', { agent: 'link' })
  const link = card(page, 'Good Link').getByRole('link', { name: /Open in People/ })
  assert.equal(await link.getAttribute('rel'), 'noopener noreferrer')
  const address = new URL(await link.getAttribute('href'))
  assert.equal(address.origin, 'https://crm.example')
  assert.equal(address.searchParams.get('c'), '"d"')
  expectClean(page)
  await page.context().close()
})
