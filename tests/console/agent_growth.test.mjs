// A day at the phone: 1,000 rings on one page, which does not grow; and how soon after a ring its name stands there.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openScreen, past, until } from './support/agent_screen.mjs'
import { expectClean, startBrowser } from './support/browser.mjs'
import { peopleFile } from './support/people_file.mjs'
import { startRingdex } from './support/ringdex.mjs'

const rings = 1000
const first = 200

let browser
let ringdex
let file

before(async () => {
  browser = await startBrowser()
  file = await peopleFile([...Array(rings).keys()].map((i) => (
    { id: i, name: `Caller ${i}`, organization: `Company ${i}`, title: 'Buyer', phone: `+1646200${1000 + i}` })))
  ringdex = await startRingdex({ sources: [file.source], keys: [{ scopes: ['lookup', 'agent'] }] })
  await ringdex.until(`/v1/lookup?number=%2B1646200${1000 + rings - 1}`, ({ match }) => match === 'one')
})
after(async () => {
  await browser?.close()
  await ringdex?.stop()
  await file?.remove()
})

// When the first card bears a new name, by the wall clock; the page's own work is not waited for by a timer.
const watchNames = `
  window.namedAt = (name) => new Promise((found) => { window.wanted = { name, found } })
  window.names = new Map()
  new MutationObserver(() => {
    const name = document.querySelector('.live h2')?.textContent.trim()
    if (!name || window.names.has(name)) return
    window.names.clear()
    window.names.set(name, performance.timeOrigin + performance.now())
  }).observe(document, { subtree: true, childList: true, characterData: true })`

async function measure(page, devtools) {
  for (let i = 0; i < 3; ++i) await devtools.send('HeapProfiler.collectGarbage')
  const { metrics } = await devtools.send('Performance.getMetrics')
  const of = (name) => metrics.find((one) => one.name === name).value
  return { nodes: of('Nodes'), listeners: of('JSEventListeners'), heap: of('JSHeapUsedSize') }
}

test(`${rings} rings`, async () => {
  const page = await openScreen(browser, ringdex, { script: watchNames })
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Performance.enable')
  const times = []
  let before = null
  for (let i = 0; i < rings; ++i) {
    const name = `Caller ${i}`
    const began = performance.timeOrigin + performance.now()
    const { call } = await ringdex.ring(`+1646200${1000 + i}`, { agent: 'ann' })
    const at = await until(() => page.evaluate((wanted) => window.names.get(wanted), name), Boolean, name)
    times.push(at - began)
    // One in three is answered, and one in ten is chosen.
    if (i % 3 === 0) await ringdex.post(`/v1/calls/${call.id}/answer`, { agent: 'ann' })
    if (i % 10 === 0) await ringdex.post(`/v1/calls/${call.id}/pick`, { record: `people:contact:${i}`, agent: 'ann' })
    await ringdex.post(`/v1/calls/${call.id}/end`)
    if (i + 1 === first) before = await measure(page, devtools)
  }
  const after = await measure(page, devtools)
  times.sort((left, right) => left - right)
  const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))].toFixed(1)
  console.log(`ring to name: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms`)
  console.log(`after ${first} rings ${JSON.stringify(before)}, after ${rings} ${JSON.stringify(after)}`)
  assert.equal(await past(page).getByRole('listitem').count(), 50)
  assert.ok(after.nodes <= before.nodes * 1.1, `nodes ${before.nodes} to ${after.nodes}`)
  assert.ok(after.listeners <= before.listeners * 1.1, `listeners ${before.listeners} to ${after.listeners}`)
  assert.ok(after.heap <= before.heap * 1.25 + 500_000, `heap ${before.heap} to ${after.heap}`)
  assert.ok(Number(at(0.5)) < 1000, `p50 ${at(0.5)}`)
  expectClean(page)
  await page.context().close()
})
