// Every view in light, in dark and on a small screen: no accessibility violation, nothing wider than the screen. With
// RINGDEX_SCREENSHOTS=FOLDER a picture of each is left there.

import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import test, { after, before } from 'node:test'
import { csvSource, eventually, goTo, openAdmin, startScene } from './support/admin.mjs'
import { expectAccessible, expectClean, startBrowser } from './support/browser.mjs'
import { people } from './support/ringdex.mjs'

const pictures = process.env.RINGDEX_SCREENSHOTS
let browser
let scene
let file
let views

before(async () => {
  browser = await startBrowser()
  file = await csvSource('fair', 'Id,Name,Phone\n1,Hall Visitor,+12125550188\n2,,+12125550189\n3,Stand Visitor,n/a\n', { label: 'Trade fair' })
  scene = await startScene({ users: 60, sources: [people, file.source], accounts: { default: { unknown_caller: 'create' } } })
  const { server, fake } = scene
  const { records: [loser, winner, renamed] } = await server.post('/v1/sources/support/preview', { records: 20 })
  await fake.command('merge', { loser: loser.external_id, winner: winner.external_id })
  await fake.command('rename', { id: renamed.external_id, name: 'Zoë van den Berg-Whitlock' })
  await server.until(`/v1/records/${encodeURIComponent(winner.id)}`, (record) => record.aliases.includes(loser.id))
  await server.until(`/v1/records/${encodeURIComponent(renamed.id)}`, (record) => record.name.startsWith('Zoë'))
  for (const number of ['+12125550123', '+12125550123', '+442079460100', '+12125550199', 'anonymous']) await server.ring(number)
  await server.post('/v1/sources/fair/pause')
  const { runs } = await server.get('/v1/runs')
  views = {
    sources: { hash: '#/sources', ready: '.source[data-source=support] .counters' },
    source: { hash: '#/sources/support', ready: 'table.runs' },
    runs: { hash: '#/runs', ready: 'table.runs' },
    run: { hash: `#/runs/${runs.find((run) => run.source === 'fair').id}`, ready: '.tiles' },
    people: { hash: '#/people', ready: 'table.people' },
    number: { hash: '#/number/%2B442079460100', ready: '.candidate', prepare: (page) => page.getByRole('button', { name: 'Explain' }).click() },
    record: { hash: `#/records/${encodeURIComponent(loser.id)}`, ready: 'dl.facts' },
    missing: { hash: '#/records/support%3Acontact%3A1', ready: '.empty' },
    shared: { hash: '#/shared', ready: 'table.shared' },
    webhooks: { hash: '#/webhooks', ready: 'table.events' },
    usage: { hash: '#/usage', ready: 'svg.chart' },
    usage_table: { hash: '#/usage?range=week', ready: 'svg.chart', prepare: (page) => page.getByRole('button', { name: 'Show as table' }).click() },
    keys: { hash: '#/keys', ready: 'table.keys' },
  }
  if (pictures) await mkdir(pictures, { recursive: true })
})
after(async () => {
  await browser.close()
  await scene.stop()
  await file.remove()
})

// What the colours and the width change is looked at again; all else is the same.
const screens = {
  light: { options: { colorScheme: 'light' } },
  dark: { options: { colorScheme: 'dark' }, rules: { type: 'rule', values: ['color-contrast'] } },
  small: { options: { colorScheme: 'light', viewport: { width: 320, height: 640 } }, rules: { type: 'rule', values: ['target-size', 'scrollable-region-focusable'] } },
}
for (const [screen, { options, rules }] of Object.entries(screens)) {
  test(`every view: ${screen}`, async (t) => {
    const page = await openAdmin(browser, scene.server, '', { reducedMotion: 'reduce', ...options })
    for (const [name, { hash, ready, prepare }] of Object.entries(views)) {
      await t.test(name, async () => {
        await goTo(page, hash)
        await page.locator('.view').locator(ready).first().waitFor()
        await eventually(() => page.evaluate(() => document.activeElement.tagName), (tag) => tag === 'H1', 'the focus on the heading')
        await prepare?.(page)
        await expectAccessible(page, `${name}, ${screen}`, rules)
        const { wide, room } = await page.evaluate(() => ({ wide: document.documentElement.scrollWidth, room: innerWidth }))
        assert.ok(wide <= room, `${wide} wide on ${room}`)
        if (pictures) await page.screenshot({ path: path.join(pictures, `admin-${name}-${screen}.png`), fullPage: true })
      })
    }
    expectClean(page)
  })
}
