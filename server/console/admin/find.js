// Who has a number, and who has a name: one box for both.

import { html, nothing } from '../vendor/lit-html/lit-html.js'
import { repeat } from '../vendor/lit-html/directives/repeat.js'
import { countryName, count, numberWords, plural } from '../words.js'
import { pagedList } from './paged_list.js'
import { empty, fact, moreButton, problemNote, recordLink, tag } from './pieces.js'
import { hashOf, looksLikeNumber, looksLikeRecordId, numberHash, recordHash, recordParts } from './routes.js'
import { recordKindWords, unmatchableWords } from './state_words.js'

const recordsOnPage = 50

function searchBox(page, text) {
  const search = (event) => {
    event.preventDefault()
    const asked = new FormData(event.target).get('q').trim()
    if (looksLikeNumber(asked)) page.go(numberHash(asked))
    else if (looksLikeRecordId(asked)) page.go(recordHash(asked))
    else page.go(hashOf('people', [], { q: asked }))
  }
  return html`
    <search><form class="search" role="search" @submit=${search}>
      <label class="field" for="q">Name or number</label>
      <div class="search-row">
        <input id="q" name="q" type="search" .value=${text} autocomplete="off" spellcheck="false" aria-describedby="q-help">
        <button class="primary">Find</button>
      </div>
      <p class="help" id="q-help">A number in any form, such as +44 20 7946 0100 or (212) 555-0123, or the beginning of a name. A record’s id, such as people:contact:17, leads to the record.</p>
    </form></search>`
}

export function peopleView(page, route) {
  const name = (route.query.q ?? '').trim()
  const list = pagedList(async (behind) => {
    const answer = await page.get('/v1/records', { name, limit: recordsOnPage, behind })
    return { items: answer.records, next: answer.next, complete: answer.complete }
  }, () => page.draw())

  const results = () => {
    if (list.items.length > 0) return html`${peopleTable(list.items, page)}${moreButton(list)}`
    if (list.pages === 0) return html`<p class="muted">${list.problem ? nothing : 'Searching …'}</p>`
    if (list.next !== null) return html`<p class="muted">Nobody found so far; there are many to look through.</p>${moreButton(list, 'Look further')}`
    return name === ''
      ? empty('Nobody is here yet', 'Once a source is copied, its people are listed here by name.')
      : empty(`Nobody is called “${name}”`, 'Words are found from their beginning; try one part of the name, or the number.')
  }
  return {
    title: name === '' ? 'Find' : `“${name}”`,
    refresh: () => (list.pages === 0 ? list.reload() : Promise.resolve()),
    template: () => html`
      <h1 tabindex="-1">${name === '' ? 'Find a person or a number' : `People called “${name}”`}</h1>
      ${searchBox(page, name)}
      ${name === '' ? html`<h2>Everybody, by name</h2>` : nothing}
      ${list.problem ? problemNote(list.problem, list.reload) : nothing}
      <div class="list" aria-busy=${list.loading ? 'true' : 'false'}>${results()}</div>`,
  }
}

const shownName = (record) => record.name || record.organization || '(no name)'

export function peopleTable(records, page) {
  return html`
    <div class="scroll" tabindex="0" role="group" aria-label="People"><table class="people">
      <thead><tr><th scope="col">Name</th><th scope="col">Organization</th><th scope="col">Phones</th><th scope="col">Source</th></tr></thead>
      <tbody>${repeat(records, (record) => record.id, (record) => html`
        <tr><td>${recordLink(record.id, shownName(record))}</td><td>${record.organization}</td>
          <td class="figures">${record.phones.slice(0, 3).map((phone) => html`<div class="nowrap">${phone.e164 ?? html`<span class="muted">${phone.raw}</span>`}</div>`)}
            ${record.phones.length > 3 ? html`<div class="help">and ${count(record.phones.length - 3)} more</div>` : nothing}</td>
          <td>${page.names.label(record.source)}</td></tr>`)}
      </tbody></table></div>`
}

export function numberView(page, route) {
  const number = route.parts.join('/')
  let answer = null
  let problem = null
  let steps = null
  let stepsProblem = null

  async function refresh() {
    try {
      answer = await page.get('/v1/lookup', { number })
      problem = null
    } catch (error) {
      if (!answer) problem = error
      throw error
    }
  }
  async function explain() {
    if (steps !== null) {
      steps = null
      page.draw()
      return
    }
    try {
      steps = (await page.get('/v1/explain', { number })).steps
      stepsProblem = null
    } catch (error) {
      if (error.name === 'AbortError') return
      stepsProblem = error
    }
    page.draw()
  }

  return {
    title: `Who has ${number}`,
    get problem() { return problem },
    // Each look is counted as one; it is not repeated unasked.
    refresh: () => (answer === null ? refresh() : Promise.resolve()),
    template: () => html`
      <h1 tabindex="-1">Who has ${answer ? numberWords(answer.number) || number : number}</h1>
      ${searchBox(page, number)}
      ${problem ? problemNote(problem, () => refresh().catch(() => {}).then(page.draw)) : nothing}
      ${answer === null ? (problem ? nothing : html`<p class="muted">Looking …</p>`) : numberAnswer(answer, page)}
      ${answer === null ? nothing : html`
        <section aria-labelledby="steps-title">
          <div class="section-head"><h2 id="steps-title">How it comes to this</h2>
            <button aria-expanded=${steps === null ? 'false' : 'true'} @click=${explain}>${steps === null ? 'Explain step by step' : 'Hide the steps'}</button></div>
          <div role="status">${stepsProblem ? problemNote(stepsProblem) : steps === null ? nothing
            : html`<ol class="steps">${steps.map((step) => html`<li>${step}</li>`)}</ol>`}</div>
        </section>`}`,
  }
}

const numberFacts = (number) => html`
  <dl class="facts">
    ${fact('Asked', number.input)}
    ${fact('E.164', number.e164 ? html`<span class="figures">${number.e164}</span>` : 'none')}
    ${fact('Country', countryName(number.region) || number.region)}
    ${fact('Kind of number', number.type ? String(number.type).replaceAll('_', ' ') : '')}
    ${fact('Valid', number.e164 ? (number.valid ? 'yes' : 'not in the numbering plan known here; it is matched all the same') : '')}
    ${fact('Extension', number.extension)}
  </dl>`

function numberAnswer(answer, page) {
  return html`
    <div class="card">${numberFacts(answer.number)}</div>
    ${answer.unmatchable ? html`<p class="note warn">${unmatchableWords(answer.unmatchable)}</p>`
      : answer.match === 'none' ? empty('Nobody has this number', 'No record of any source bears it. If somebody should, find the record by name and fetch it again.')
        : html`
          <h2>${answer.match === 'one' ? 'One person has it' : `${plural(answer.total, 'person', 'people')} have it`}</h2>
          ${answer.shared?.organization ? html`<p>All are of <strong>${answer.shared.organization}</strong>.</p>` : nothing}
          <ol class="plain candidates">${repeat(answer.candidates, (one) => one.id, (one) => candidateItem(one, answer, page))}</ol>
          ${answer.total > answer.candidates.length ? html`<p class="help">The first ${count(answer.candidates.length)} of ${count(answer.total)} are shown.</p>` : nothing}`}`
}

function candidateItem(one, answer, page) {
  const first = one.id === answer.default
  return html`
    <li class="card candidate ${first ? 'first' : ''}">
      <div><strong>${recordLink(one.id, one.name || '(no name)')}</strong>
        ${one.organization && one.organization !== one.name ? html`<span class="muted">${one.organization}</span>` : nothing}</div>
      <div class="help">${recordKindWords(one.kind)} of ${one.label || page.names.label(one.source)} ·
        written there as ${one.phone.raw}${one.phone.label ? ` (${one.phone.label})` : ''}${one.phone.extension ? `, extension ${one.phone.extension}` : ''}</div>
      ${one.records.length > 1 ? html`<div class="help">The same person as
        ${one.records.filter((record) => record.id !== one.id).map((record, place) => html`${place > 0 ? ', ' : ''}${recordLink(record.id, `${record.label}: ${recordParts(record.id).externalId}`)}`)}</div>` : nothing}
      ${first ? html`<div class="pick">${tag({ name: 'Shown first', tone: 'accent' })} ${answer.default_reason?.because ?? ''}</div>` : nothing}
    </li>`
}
