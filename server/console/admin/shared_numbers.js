// Numbers that several records bear. The server looks through the index one bounded step a request; the steps are put
// together here.

import { html, nothing } from '../vendor/lit-html/lit-html.js'
import { repeat } from '../vendor/lit-html/directives/repeat.js'
import { count, plural } from '../words.js'
import { empty, problemNote } from './pieces.js'
import { hashOf, numberHash } from './routes.js'

const numbersKept = 20_000
const shownAtFirst = 100

// Most people first, or in the order of the numbers. Pure.
export function sortedNumbers(numbers, order) {
  const byNumber = (a, b) => (a.e164 < b.e164 ? -1 : a.e164 > b.e164 ? 1 : 0)
  return [...numbers].sort(order === 'number' ? byNumber : (a, b) => b.records - a.records || byNumber(a, b))
}

export function sharedNumbersView(page, route) {
  let least = Number(route.query.least) || 2
  let order = route.query.order === 'number' ? 'number' : 'people'
  let look = start()
  let shown = shownAtFirst

  function start() {
    return { numbers: [], steps: 0, next: null, done: false, stopped: false, problem: null, looking: false }
  }
  async function goOn(mine) {
    mine.looking = true
    mine.stopped = false
    mine.problem = null
    page.draw()
    try {
      do {
        const answer = await page.get('/v1/shared-numbers', { least, limit: 500, behind: mine.next })
        mine.numbers.push(...answer.numbers)
        mine.next = answer.next
        mine.steps += 1
        mine.done = answer.next === null
        if (mine.numbers.length >= numbersKept) mine.stopped = true
        page.draw()
      } while (!mine.done && !mine.stopped && mine === look)
    } catch (error) {
      if (error.name === 'AbortError') return
      mine.problem = error
      if (error.status === undefined) throw error
    } finally {
      mine.looking = false
      page.draw()
    }
  }
  function change(wanted) {
    const before = least;
    ({ least, order } = { least, order, ...wanted })
    page.stay(hashOf('shared', [], { least: least === 2 ? '' : least, order: order === 'people' ? '' : order }))
    if (least !== before) {
      look.stopped = true
      look = start()
      shown = shownAtFirst
      goOn(look)
    }
    page.draw()
  }

  const progress = () => {
    const last = look.numbers.at(-1)
    // Only the end is told aloud, not each step. The button is one, so that the focus stays on it.
    return html`<div class="looking">
      ${look.looking ? html`<progress aria-label="Looking through all numbers"></progress>
        <p class="help figures">${plural(look.numbers.length, 'number')} so far${last ? `, now behind ${last.e164}` : ''}.</p>` : nothing}
      <p class="help" role="status">${look.looking ? nothing
        : look.done ? `All numbers were looked through: ${plural(look.numbers.length, 'number')} of ${least} or more records.`
          : `Stopped at ${plural(look.numbers.length, 'number')}.`}</p>
      ${look.done ? nothing : html`<button class="small" @click=${() => { if (look.looking) look.stopped = true; else goOn(look) }}>
        ${look.looking ? 'Stop' : 'Go on'}</button>`}
    </div>`
  }
  const table = () => {
    const sorted = sortedNumbers(look.numbers, order)
    const header = (id, name, style) => html`<th scope="col" class=${style} aria-sort=${order === id ? (id === 'people' ? 'descending' : 'ascending') : 'none'}>
      <button class="quiet sort" @click=${() => change({ order: id })}>${name}<span aria-hidden="true">${order === id ? (id === 'people' ? ' ↓' : ' ↑') : ''}</span></button></th>`
    return html`
      <div class="scroll" tabindex="0" role="group" aria-label="Shared numbers"><table class="shared">
        <thead><tr>${header('number', 'Number', '')}${header('people', 'Records', 'number')}<th scope="col">Who</th></tr></thead>
        <tbody>${repeat(sorted.slice(0, shown), (one) => one.e164, (one) => html`
          <tr><td class="figures">${one.e164}</td><td class="number">${count(one.records)}</td>
            <td><a href=${numberHash(one.e164)}>See who<span class="unseen"> has ${one.e164}</span></a></td></tr>`)}</tbody>
      </table></div>
      ${sorted.length > shown ? html`<p class="more"><button @click=${() => { shown += 400; page.draw() }}>Show more of ${count(sorted.length)}</button></p>` : nothing}`
  }

  return {
    title: 'Shared numbers',
    refresh: () => (look.steps === 0 && !look.looking ? goOn(look) : Promise.resolve()),
    close: () => { look.stopped = true },
    template: () => html`
      <h1 tabindex="-1">Shared numbers</h1>
      <p class="help">Numbers that several records bear: switchboards, families, and doubles that may be worth merging in the CRM.</p>
      <div class="filters">
        <label class="field">At least
          <select @change=${(event) => change({ least: Number(event.target.value) })}>
            ${[2, 3, 5, 10, 50].map((one) => html`<option value=${one} ?selected=${one === least}>${one} records</option>`)}
          </select></label>
        ${progress()}
      </div>
      ${look.problem ? problemNote(look.problem, () => goOn(look)) : nothing}
      ${look.numbers.length > 0 ? table() : look.done
        ? empty('No number is shared', `No number is borne by ${least} or more records.`) : nothing}`,
  }
}
