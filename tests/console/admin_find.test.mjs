// People and numbers: who has it, why, and whether it is still so in the CRM.

import assert from 'node:assert/strict'
import test, { after, afterEach, before } from 'node:test'
import { breaksOff, csvSource, eventually, expectOnlyBroken, goTo, heading, openAdmin, startScene } from './support/admin.mjs'
import { expectAccessible, expectClean, startBrowser } from './support/browser.mjs'
import { startRingdex } from './support/ringdex.mjs'

let browser
let scene
before(async () => {
  browser = await startBrowser()
  scene = await startScene({ users: 40, accounts: { default: { unknown_caller: 'create' } } })
})
// A page that stays open goes on asking.
afterEach(() => Promise.all(browser.contexts().map((context) => context.close())))
after(async () => {
  await browser.close()
  await scene.stop()
})

const recordHash = (id) => `#/records/${encodeURIComponent(id)}`
// Somebody of the fake Zendesk by the place in its own order; each test takes another one.
async function user(place) {
  const { records } = await scene.server.post('/v1/sources/support/preview', { records: 20 })
  return records[place]
}
// The same without asking the CRM, which allows that only so often.
async function listed(place) {
  const { records } = await scene.server.get('/v1/records?limit=100')
  return records.filter((record) => record.source === 'support').sort((a, b) => (a.id < b.id ? -1 : 1)).at(-place)
}
async function search(page, text) {
  const box = page.getByRole('searchbox')
  await box.fill(text)
  await box.press('Enter')
}

test('a number in any form gives its people in pick order, the reason, and every step', async () => {
  const page = await openAdmin(browser, scene.server, '#/people')
  await search(page, '+44 20 7946 0100')
  await heading(page, /^Who has/)
  await page.getByRole('heading', { name: '3 people have it' }).waitFor()
  const answer = await scene.server.get('/v1/lookup?number=%2B442079460100')
  const names = await page.locator('.candidate strong').allInnerTexts()
  assert.deepEqual(names, answer.candidates.map((one) => one.name))
  assert.ok((await page.locator('.candidate').first().innerText()).includes(answer.default_reason.because))
  await page.getByText('All are of Thornbury Glass Ltd').waitFor()
  await page.getByRole('button', { name: 'Explain step by step' }).click()
  const { steps } = await scene.server.get('/v1/explain?number=%2B442079460100')
  await page.locator('ol.steps li').first().waitFor()
  assert.equal((await page.locator('ol.steps li').count()), steps.length)
  await expectAccessible(page, 'a number')
  await page.getByRole('button', { name: 'Hide the steps', expanded: true }).click()
  await page.getByRole('button', { name: 'Explain step by step', expanded: false }).waitFor()
  assert.equal(await page.locator('ol.steps').count(), 0)
  // A look is counted, so none is made that nobody asked for.
  const looks = []
  page.on('request', (request) => { if (request.url().includes('/v1/lookup')) looks.push(request.url()) })
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
  await page.getByRole('button', { name: 'Explain step by step' }).click()
  await page.locator('ol.steps li').first().waitFor()
  assert.deepEqual(looks, [])
  // Back is where it was before.
  await page.goBack()
  await heading(page, 'Find a person or a number')
  expectClean(page)
})

test('numbers that nobody can have are told apart in words', async () => {
  const page = await openAdmin(browser, scene.server, '#/people')
  await search(page, '+12125550199')
  await page.getByText('Nobody has this number').waitFor()
  await search(page, '204')
  await page.getByText(/too short to be a public number/).waitFor()
  await goTo(page, '#/number/+11005550123')
  await page.getByText('not in the numbering plan known here').waitFor()
  await goTo(page, '#/number/anonymous')
  await page.getByText(/withholds the number/).waitFor()
  expectClean(page)
})

test('a name gives everybody whose words begin so, page by page', async () => {
  const page = await openAdmin(browser, scene.server, '#/people')
  await search(page, 'Delphine')
  await heading(page, 'People called “Delphine”')
  await page.getByRole('link', { name: 'Delphine Marchetti' }).click()
  await heading(page, 'Delphine Marchetti')
  await goTo(page, '#/people')
  await search(page, 'people:contact:p-1007')
  await heading(page, 'Gustav Lindqvist')
  await goTo(page, '#/people?q=Nobodycalledso')
  await page.getByText('Nobody is called “Nobodycalledso”').waitFor()
  await goTo(page, '#/people')
  await heading(page, 'Find a person or a number')
  const more = page.getByRole('button', { name: 'Show more' })
  const shown = () => page.locator('table.people tbody tr').count()
  // Everybody of both sources, also who has no number that can be matched.
  const previews = await Promise.all(['people', 'support'].map((id) => eventually(
    () => scene.server.post(`/v1/sources/${id}/preview`, { records: 100 }).catch(() => null), (answer) => answer !== null, 'a preview')))
  const all = previews.flatMap(({ records }) => records)
  assert.ok(all.some((record) => !record.phones.some((phone) => phone.e164)), 'nobody without a number')
  await eventually(shown, (count) => count > 0, 'the first page')
  while (await more.count() > 0) {
    const before = await shown()
    await more.click()
    await eventually(shown, (count) => count > before, 'the next page')
  }
  const listed = await page.locator('table.people tbody tr td:first-child a').evaluateAll((links) => links.map((link) => link.hash))
  assert.equal(new Set(listed).size, listed.length)
  assert.deepEqual(all.map(({ id }) => recordHash(id)).filter((hash) => !listed.includes(hash)), [])
  assert.ok(all.length > 45, `${all.length} previewed`)
  expectClean(page)
})

test('a record shows its phones as they are written and as they are matched, and where they are from', async () => {
  const page = await openAdmin(browser, scene.server, recordHash('people:contact:p-1008'))
  await heading(page, 'Hana "Bee" Morioka')
  const phones = page.getByRole('group', { name: 'Phones' })
  const row = phones.getByRole('row').filter({ hasText: '+13105550175' })
  assert.match(await row.innerText(), /\(310\) 555-0175 x 12/)
  assert.match(await row.innerText(), /People/)
  await phones.getByRole('link', { name: '+13105550176' }).click()
  await page.getByRole('heading', { name: 'One person has it' }).waitFor()
  expectClean(page)
})

test('after a merge the old id leads to the survivor, and says so', async () => {
  const [loser, winner] = [await user(0), await user(1)]
  await scene.fake.command('merge', { loser: loser.external_id, winner: winner.external_id })
  await scene.server.until(`/v1/records/${encodeURIComponent(winner.id)}`, (record) => record.aliases.includes(loser.id))
  const page = await openAdmin(browser, scene.server, recordHash(loser.id))
  await heading(page, (await scene.server.get(`/v1/records/${encodeURIComponent(winner.id)}`)).name)
  await page.getByText(`You asked for ${loser.id}. It was merged into this one.`).waitFor()
  await page.getByText('Also known as').waitFor()
  // What is fetched again is the one that is shown.
  const again = page.getByRole('button', { name: 'Fetch again from CRM now' })
  const [asked] = await Promise.all([page.waitForRequest((request) => request.url().endsWith('/resync')), again.click()])
  assert.equal(new URL(asked.url()).pathname, `/v1/records/${encodeURIComponent(winner.id)}/resync`)
  await page.getByText('Fetched from Support: it is the same there.').waitFor()
  expectClean(page)
})

test('fetching again says what came of it: unchanged, updated, deleted, unreachable', async () => {
  const quiet = await startScene({ users: 10, webhooks: false, sources: [] })
  const { server, fake } = quiet
  try {
    const { records } = await server.post('/v1/sources/support/preview', { records: 5 })
    const [changed, gone] = records
    const page = await openAdmin(browser, server, recordHash(changed.id))
    await heading(page, changed.name)
    const again = page.getByRole('button', { name: 'Fetch again from CRM now' })
    await again.click()
    await page.getByText('Fetched from Support: it is the same there.').waitFor()
    await fake.command('rename', { id: changed.external_id, name: 'Changed <b>There</b>' })
    await again.click()
    await page.getByText('Fetched from Support: it had changed').waitFor()
    await heading(page, 'Changed <b>There</b>')
    await goTo(page, recordHash(gone.id))
    await heading(page, gone.name)
    await fake.command('delete', { id: gone.external_id })
    await again.click()
    await page.getByText('Support no longer has this record').waitFor()
    await page.getByText('This record was deleted').waitFor()
    await goTo(page, recordHash(changed.id))
    await heading(page, 'Changed <b>There</b>')
    await fake.stop()
    await again.click()
    await page.getByText('Nothing was changed: Support could not be asked').waitFor()
    await heading(page, 'Changed <b>There</b>')
    expectClean(page)
  } finally {
    await quiet.stop()
  }
})

test('a slow CRM keeps the button busy, and the focus on it, until it answers', async () => {
  const { id } = await user(5)
  const page = await openAdmin(browser, scene.server, recordHash(id))
  let answer
  const held = new Promise((go) => { answer = go })
  await page.route('**/resync', async (route) => {
    await held
    await route.continue()
  })
  await page.getByRole('button', { name: 'Fetch again from CRM now' }).click()
  const busy = page.getByRole('button', { name: 'Asking the CRM …' })
  await busy.waitFor()
  assert.equal(await busy.getAttribute('aria-disabled'), 'true')
  // Pressed again, it asks no second time.
  const asked = []
  page.on('request', (request) => { if (request.url().endsWith('/resync')) asked.push(request) })
  await busy.press('Enter')
  answer()
  await page.getByText('it is the same there').waitFor()
  assert.equal(await page.evaluate(() => document.activeElement.dataset.action), 'resync')
  assert.equal(asked.length, 0)
  expectClean(page)
})

test('a fetch that takes longer than the server waits is no failure, and what comes is shown', async () => {
  const { id, name } = await listed(8)
  const page = await openAdmin(browser, scene.server, recordHash(id))
  await heading(page, name)
  await page.route('**/resync', (route) => route.fulfill({ json: {
    outcome: 'unreachable', detail: 'the source did not answer within 10000 ms; the resync goes on', record: null } }))
  await page.getByRole('button', { name: 'Fetch again from CRM now' }).click()
  await page.getByText('Support has not answered yet.').waitFor()
  await scene.fake.command('rename', { id: id.split(':')[2], name: 'Came Later' })
  await heading(page, 'Came Later')
  expectClean(page)
})

test('an answer that breaks off leaves the record’s button usable', async () => {
  const { id, name } = await listed(9)
  const page = await openAdmin(browser, scene.server, recordHash(id), { script: breaksOff('/resync') })
  await heading(page, name)
  const again = page.getByRole('button', { name: 'Fetch again from CRM now' })
  await Promise.all([page.waitForResponse((answer) => answer.url().endsWith('/resync')), again.click()])
  await again.waitFor()
  await again.click()
  await page.getByText('it is the same there').waitFor()
  expectOnlyBroken(page)
})

test('a record that was never here is told apart from a deleted one', async () => {
  const page = await openAdmin(browser, scene.server, recordHash('support:contact:1'))
  await page.getByText('This record is not here').waitFor()
  await page.getByRole('button', { name: 'Fetch again from CRM now' }).click()
  await page.getByText(/Support does not know this record/).waitFor()
  await goTo(page, recordHash('no-such-source:contact:1'))
  await heading(page, 'no-such-source:contact:1')
  await goTo(page, '#/records/nonsense')
  await heading(page, 'nonsense')
  await page.getByRole('alert').or(page.getByText('This record is not here')).first().waitFor()
  expectClean(page)
})

test('a record that was made here has no CRM to ask, and is deleted after a question', async () => {
  await scene.server.ring('+12125550177')
  const answer = await scene.server.get('/v1/lookup?number=%2B12125550177')
  const { id } = answer.candidates[0]
  assert.match(id, /^local:/)
  const page = await openAdmin(browser, scene.server, recordHash(id))
  await page.getByText('Made here').first().waitFor()
  assert.equal(await page.getByRole('button', { name: /Fetch again/ }).count(), 0)
  await page.getByRole('group', { name: 'Calls' }).getByRole('cell', { name: '+12125550177' }).waitFor()
  await page.getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await page.getByText('This record was deleted').waitFor()
  assert.equal((await scene.server.get('/v1/lookup?number=%2B12125550177')).match, 'none')
  expectClean(page)
})

test('numbers that several records bear are listed, sorted, and lead to their people', async () => {
  const file = await csvSource('list', `Id,Name,Phone\n${[
    ...Array.from({ length: 4 }, (_, i) => `a${i},Ada ${i},+12125550190`),
    ...Array.from({ length: 2 }, (_, i) => `b${i},Bob ${i},+12125550180`),
    'c,Cid,+12125550170'].join('\n')}\n`)
  const server = await startRingdex({ sources: [file.source] })
  try {
    await server.until('/v1/sources', ({ sources }) => sources[0].records === 7)
    const page = await openAdmin(browser, server, '#/shared')
    await page.getByText('All numbers were looked through: 2 numbers').waitFor()
    const numbers = () => page.locator('table.shared tbody td:first-child').allInnerTexts()
    assert.deepEqual(await numbers(), ['+12125550190', '+12125550180'])
    await page.getByRole('button', { name: 'Number' }).click()
    assert.deepEqual(await numbers(), ['+12125550180', '+12125550190'])
    await page.getByLabel('At least').selectOption('3')
    await page.getByText('All numbers were looked through: 1 number').waitFor()
    await expectAccessible(page, 'shared numbers')
    // Its steps are not told aloud, only where it ended; the button keeps the focus.
    let answer
    const held = new Promise((go) => { answer = go })
    await page.route('**/v1/shared-numbers*', async (route) => {
      await held
      await route.fulfill({ json: { numbers: [{ e164: '+12125550190', records: 4 }], next: 'further' } })
    })
    await page.getByLabel('At least').selectOption('2')
    const status = page.locator('.looking').getByRole('status')
    await page.getByText('0 numbers so far').waitFor()
    assert.equal(await status.innerText(), '')
    await page.getByRole('button', { name: 'Stop' }).click()
    answer()
    await eventually(() => status.innerText(), (text) => text === 'Stopped at 1 number.', 'the end')
    assert.equal(await page.evaluate(() => document.activeElement.textContent.trim()), 'Go on')
    await page.getByRole('link', { name: /See who/ }).click()
    await page.getByRole('heading', { name: '4 people have it' }).waitFor()
    expectClean(page)
  } finally {
    await server.stop()
    await file.remove()
  }
})
