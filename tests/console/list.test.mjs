// The lists of both pages are lit-html's `repeat`, against a plain list, through random changes, in a real page. Its
// versions from 3.3.1 on leave a comment in the page for each item that goes (lit/lit issue 5298).

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { expectClean, openPage, startBrowser } from './support/browser.mjs'
import { startRingdex } from './support/ringdex.mjs'

let browser
let ringdex

before(async () => {
  browser = await startBrowser()
  ringdex = await startRingdex({ sources: [] })
})
after(async () => {
  await browser?.close()
  await ringdex?.stop()
})

test('items come, go and move with their elements, and nothing of them is left', async () => {
  const page = await openPage(browser, `${ringdex.url}/agent`)
  const found = await page.evaluate(async () => {
    const { html, render } = await import('/console/vendor/lit-html/lit-html.js')
    const { repeat } = await import('/console/vendor/lit-html/directives/repeat.js')
    const box = document.createElement('div')
    document.body.append(box)
    const draw = (items, marks) => render(html`<ul>${items === null ? html`<b>none</b>`
      : repeat(items, (item) => item, (item, at) => html`<li>${item}:${at}${marks}</li>`)}</ul><i>end</i>`, box)
    let seed = 5
    const random = (below) => { seed = (seed * 1103515245 + 12345) % 2 ** 31; return Math.floor(seed / 65536) % below }
    const owners = new Map()
    for (let round = 0; round < 500; ++round) {
      const items = random(12) === 0 ? null : [...Array(8).keys()].filter(() => random(2)).sort(() => random(3) - 1)
      draw(items, round)
      const list = box.querySelector('ul')
      const wanted = items === null ? 'none' : items.map((item, at) => `${item}:${at}${round}`).join('')
      if (list.textContent !== wanted || box.querySelector('i').textContent !== 'end') return `round ${round}: ${list.textContent}`
      if (items === null) owners.clear()
      items?.forEach((item, at) => {
        const element = list.children[at]
        if (owners.has(item) && owners.get(item) !== element) owners.set('broken', round)
        owners.set(item, element)
      })
      for (const key of [...owners.keys()]) if (key !== 'broken' && !items?.includes(key)) owners.delete(key)
      if (owners.has('broken')) return `round ${owners.get('broken')}: an element went to another item`
    }
    draw([], 0)
    const empty = box.querySelector('ul').childNodes.length
    for (let i = 0; i < 100; ++i) { draw([i, i + 1], 0); draw([], 0) }
    return box.querySelector('ul').childNodes.length - empty
  })
  assert.equal(found, 0)
  expectClean(page)
  await page.context().close()
})
