// The history of runs, a run's report, what it did not take, and both as CSV.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import test, { after, afterEach, before } from 'node:test'
import { adminKey, csvSource, eventually, goTo, heading, openAdmin, signIn } from './support/admin.mjs'
import { expectClean, openPage, startBrowser } from './support/browser.mjs'
import { startFake } from './support/fakes.mjs'
import { people, startRingdex } from './support/ringdex.mjs'

let browser
before(async () => { browser = await startBrowser() })
// A page that stays open goes on asking.
afterEach(() => Promise.all(browser.contexts().map((context) => context.close())))
after(() => browser.close())

const flawed = 'Id,Name,Phone\na,Ada,+12125550123\nb,,+12125550124\nc,,+12125550125\n'

async function scene(sources) {
  const server = await startRingdex({ sources, keys: [adminKey] })
  await server.until('/v1/runs', ({ runs }) => runs.length === sources.length && runs.every((run) => run.outcome === 'finished'))
  return server
}
const ids = (page) => page.locator('table.runs tbody tr').evaluateAll((rows) => rows.map((row) => Number(row.dataset.run)))
async function download(page, name, place = page) {
  const [file] = await Promise.all([page.waitForEvent('download'), place.getByRole('link', { name }).click()])
  return readFile(await file.path(), 'utf8')
}

test('a run’s report says what came, what was not taken and why, and links to what is here all the same', async () => {
  const file = await csvSource('flawed', flawed, { label: 'Flawed', phones_max: 2 })
  const server = await scene([file.source])
  try {
    // Ada was taken before; then she has too many phones.
    await file.write(flawed.replace('a,Ada,+12125550123', 'a,Ada,+12125550123 ::: +12125550126 ::: +12125550127'))
    await server.post('/v1/sources/flawed/sync', { kind: 'full' })
    const { runs } = await server.until('/v1/runs', (all) => all.runs.length === 2 && all.runs[0].outcome === 'finished')
    const [run] = runs
    // By now she is taken again.
    await file.write(flawed)
    await server.post('/v1/sources/flawed/sync', { kind: 'full' })
    await server.until('/v1/runs', (all) => all.runs.length === 3 && all.runs[0].outcome === 'finished')
    const page = await openAdmin(browser, server, '#/runs')
    await page.locator(`tr[data-run="${run.id}"]`).getByRole('link').click()
    await heading(page, `Run ${run.id}`)
    await eventually(() => page.evaluate(() => document.activeElement.tagName), (tag) => tag === 'H1', 'the focus on the heading')
    assert.equal(await page.title(), `Run ${run.id} · ringdex`)
    const { rejects } = await server.get(`/v1/runs/${run.id}/rejects`)
    assert.equal(rejects.length, run.skipped)
    const table = page.getByRole('group', { name: 'Records that were not taken' })
    await table.waitFor()
    assert.equal(await table.locator('tbody tr').count(), rejects.length)
    await page.getByText(/^\d+ It has neither a name nor an organization\.$/).waitFor()
    await table.getByRole('link', { name: 'a', exact: true }).click()
    await heading(page, 'Ada')
    expectClean(page)
  } finally {
    await server.stop()
    await file.remove()
  }
})

test('rejects and runs come as CSV', async () => {
  const file = await csvSource('flawed', flawed)
  const server = await scene([file.source, people])
  try {
    const { runs } = await server.get('/v1/runs')
    const run = runs.find((one) => one.source === 'flawed')
    const page = await openAdmin(browser, server, `#/runs/${run.id}`)
    const rejects = await download(page, 'Download as CSV')
    assert.match(rejects, /^[^\n]*external_id/)
    assert.match(rejects, /^.*\bb\b.*no_name/m)
    assert.equal(rejects.trim().split(/\r?\n/).length, 1 + run.skipped)
    await goTo(page, '#/runs')
    await heading(page, 'Runs')
    const all = await download(page, 'Download as CSV')
    assert.equal(all.trim().split(/\r?\n/).length, 1 + runs.length)
    await page.getByLabel('Source').selectOption('people')
    await page.locator('a[href="/v1/runs.csv?source=people"]').waitFor()
    const own = await download(page, 'Download as CSV')
    assert.equal(own.trim().split(/\r?\n/).length, 2)
    assert.doesNotMatch(own, /flawed/)
    expectClean(page)
  } finally {
    await server.stop()
    await file.remove()
  }
})

test('runs are listed newest first, by source, and page by page back to the first; reload keeps the filter', async () => {
  const file = await csvSource('list', 'Id,Name,Phone\na,Ada,+12125550123\n')
  const server = await scene([file.source, people])
  try {
    for (let run = 0; run < 60; run += 1) {
      await file.write(`Id,Name,Phone\na,Ada ${run},+12125550123\n`)
      const { runs: [before] } = await server.get('/v1/runs?limit=1')
      await server.post('/v1/sources/list/sync', { kind: 'delta' })
      await server.until('/v1/runs?limit=1', ({ runs: [now] }) => now.id > before.id && now.outcome === 'finished')
    }
    const { runs } = await server.get('/v1/runs?limit=1000')
    const page = await openAdmin(browser, server, '#/runs')
    await page.getByRole('button', { name: 'Show older runs' }).click()
    await eventually(() => ids(page), (shown) => shown.length === runs.length, 'all runs')
    assert.deepEqual(await ids(page), runs.map((run) => run.id))
    await page.getByLabel('Source').selectOption('people')
    await eventually(() => ids(page), (shown) => shown.length === 1, 'the one run of people')
    await page.reload()
    await heading(page, 'Runs')
    assert.equal(await page.getByLabel('Source').inputValue(), 'people')
    await eventually(() => ids(page), (shown) => shown.length === 1, 'the one run of people')
    expectClean(page)
  } finally {
    await server.stop()
    await file.remove()
  }
})

test('runs that changed nothing can be left out', async () => {
  const fake = await startFake('pipedrive', { persons: 3 })
  const server = await scene([{ id: 'deals', type: 'pipedrive', base_url: fake.url, auth: { api_token: 'a-token-for-tests' }, interval: '1h' }])
  try {
    await server.post('/v1/sources/deals/sync', { kind: 'delta' })
    await server.until('/v1/runs', ({ runs }) => runs.length === 2 && runs[0].outcome === 'finished')
    await fake.command('add', { phone: '+12125550199', name: 'Somebody New' })
    await server.post('/v1/sources/deals/sync', { kind: 'delta' })
    const { runs } = await server.until('/v1/runs', (all) => all.runs.length === 3 && all.runs[0].outcome === 'finished')
    assert.equal(runs[0].added, 1)
    const page = await openAdmin(browser, server, '#/runs')
    await eventually(() => ids(page), (shown) => shown.length === 3, 'all runs')
    const box = page.getByLabel('Only runs that changed something')
    await box.check()
    await eventually(() => ids(page), (shown) => shown.join() === `${runs[0].id},${runs[2].id}`, 'the two that changed something')
    assert.match(page.url(), /changed=true/)
    // The file does not know this filter.
    await page.getByText('The file holds these runs and those that changed nothing').waitFor()
    assert.equal((await download(page, 'Download as CSV')).trim().split(/\r?\n/).length, 1 + 3)
    await box.uncheck()
    await eventually(() => ids(page), (shown) => shown.length === 3, 'all runs again')
    expectClean(page)
  } finally {
    await fake.stop()
    await server.stop()
  }
})

test('while a run goes on, what it did not take is not fetched whole at each look', async () => {
  const server = await scene([people])
  try {
    const { runs: [run] } = await server.get('/v1/runs')
    let now = { ...run, outcome: 'running', finished_at: null, skipped: 1 }
    let looks = 0
    let lists = 0
    const page = await openPage(browser, `${server.url}/healthz`)
    await page.route(`**/v1/runs/${run.id}`, (route) => {
      looks += 1
      return route.fulfill({ json: { ...now, skipped: now.skipped + looks } })
    })
    await page.route(`**/v1/runs/${run.id}/rejects`, (route) => {
      lists += 1
      return route.fulfill({ json: { rejects: [{ external_id: '', reason: 'no_external_id', detail: '' }] } })
    })
    await page.goto(`${server.url}/admin`)
    await signIn(page, server.keys[0])
    await page.locator('.view h1').waitFor()
    await goTo(page, `#/runs/${run.id}`)
    await eventually(async () => looks, (count) => count >= 4, 'four looks')
    assert.equal(lists, 1)
    now = { ...now, outcome: 'finished' }
    await eventually(async () => lists, (count) => count === 2, 'the list at the end')
    expectClean(page)
  } finally {
    await server.stop()
  }
})

test('a run that is not known is said so', async () => {
  const server = await scene([people])
  try {
    const page = await openAdmin(browser, server, '#/runs/999999')
    await page.getByText('This run is not known').waitFor()
    await goTo(page, '#/runs/abc')
    await page.getByRole('heading', { level: 1, name: 'Run abc' }).waitFor()
    await page.getByText('This run is not known').waitFor()
    // It is not asked for again and again.
    await page.clock.install()
    await page.reload()
    await page.getByText('This run is not known').waitFor()
    const asked = []
    page.on('request', (request) => { if (request.url().includes('/v1/runs')) asked.push(request.url()) })
    await page.clock.runFor(30_000)
    await goTo(page, '#/runs')
    await heading(page, 'Runs')
    await page.locator('table.runs').waitFor()
    assert.deepEqual(asked.filter((url) => url.includes('/v1/runs/')), [])
    expectClean(page)
  } finally {
    await server.stop()
  }
})
