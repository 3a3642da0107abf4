// The sources: all of them at a glance, and one with everything that can be done with it.

import { segment } from '../api.js'
import { html, nothing } from '../vendor/lit-html/lit-html.js'
import { repeat } from '../vendor/lit-html/directives/repeat.js'
import { count, plural } from '../words.js'
import { sourceOutcomes } from './outcomes.js'
import { empty, outcome, problemNote, recordLink } from './pieces.js'
import { hashOf } from './routes.js'
import { runTable } from './run_table.js'
import { act, actions } from './source_actions.js'
import { sourceFacts, sourceHead, stateLine, todayByCause, todayLine } from './source_card.js'
import { rejectWords } from './state_words.js'

const refreshEvery = 2_000
// With many sources the days' counters are asked for less often than the states.
const countersEvery = (sources) => (sources.length > 8 ? 10_000 : 0)

const todayPath = (id) => `/v1/sources/${segment(id)}/today`

// What came of the last action with each source, and whether one is under way.
function doings(page, after) {
  const outcomes = sourceOutcomes()
  const busy = new Set()
  return {
    said: outcomes.of,
    seen: (sources) => outcomes.seen(sources, page.now()),
    busy: (id) => busy.has(id),
    async run(source, action) {
      if (busy.has(source.id)) return
      busy.add(source.id)
      page.draw()
      try {
        const result = await act(page, source, action)
        if (result) outcomes.say(source.id, result, page.now())
      } finally {
        busy.delete(source.id)
      }
      await after()
      page.draw()
      // The button may be gone with what it did.
      if (document.activeElement === document.body) document.querySelector(`[data-outcome="${CSS.escape(source.id)}"]`)?.focus()
    },
  }
}

// One button in one place, so that the focus stays on it while it changes.
const switchOf = (source) => ({ paused: 'resume', disabled: 'enable' })[source.state] ?? 'pause'

function actionButton(source, id, doing, style = '') {
  const action = actions[id]
  if (!action.shown(source)) return nothing
  return html`<button class=${style} data-action=${id} aria-disabled=${doing.busy(source.id) ? 'true' : nothing}
    @click=${() => doing.run(source, action)}>${action.name}</button>`
}

export function sourcesView(page) {
  let sources = null
  let problem = null
  const today = new Map()
  let countedAt = 0

  async function refresh() {
    try {
      sources = (await page.get('/v1/sources')).sources
      problem = null
      page.names.learn(sources)
      doing.seen(sources)
      page.draw()
      if (page.now() - countedAt >= countersEvery(sources)) {
        countedAt = page.now()
        await Promise.all(sources.map(async ({ id }) => { today.set(id, await page.get(todayPath(id))) }))
      }
    } catch (error) {
      if (!sources) problem = error
      throw error
    }
  }
  const doing = doings(page, () => {
    countedAt = 0
    return view.refresh().catch(() => {})
  })

  const card = (source) => html`
    <section class="card source" data-source=${source.id} aria-label=${source.label || source.id}>
      ${sourceHead(source, page.now(), html`<h2><a href=${hashOf('sources', [source.id])}>${source.label || source.id}</a></h2>`)}
      ${stateLine(source, page.now())}
      ${sourceFacts(source, page.now())}
      <h3>Today</h3>
      ${todayLine(today.get(source.id))}
      ${todayByCause(today.get(source.id))}
      <div class="buttons">
        ${actionButton(source, 'confirm', doing, 'primary')}
        ${actionButton(source, 'sync', doing, source.awaiting_confirmation > 0 ? '' : 'primary')}
        ${actionButton(source, switchOf(source), doing, source.state === 'paused' || source.state === 'disabled' ? 'primary' : '')}
        <a class="button" href=${hashOf('sources', [source.id])}>All about it</a>
      </div>
      ${outcome(doing.said(source.id), source.id)}
    </section>`

  const view = {
    title: 'Sources',
    every: refreshEvery,
    get problem() { return problem },
    refresh,
    template: () => html`
      <h1 tabindex="-1">Sources</h1>
      ${problem ? problemNote(problem, () => refresh().catch(() => {}).then(page.draw)) : nothing}
      ${sources === null ? (problem ? nothing : html`<div class="cards"><div class="card waiting" aria-busy="true"></div></div>`)
        : sources.length === 0
          ? empty('No source yet', 'Add one under “sources” in the configuration and restart the server. It is copied by itself then.')
          : html`<div class="cards">${repeat(sources, (source) => source.id, card)}</div>`}`,
  }
  return view
}

// Of each row the first action that leads anywhere is there.
const actionRows = [['confirm'], ['sync'], ['full'], ['sweep'], ['preview'], ['pause', 'resume'], ['disable', 'enable'], ['purge']]

export function sourceView(page, route) {
  const id = route.parts[0]
  let source = null
  let missing = false
  let problem = null
  let today = null
  let runs = []
  let preview = null

  async function refresh() {
    try {
      const { sources } = await page.get('/v1/sources')
      page.names.learn(sources)
      doing.seen(sources)
      source = sources.find((one) => one.id === id) ?? null
      missing = source === null
      problem = null
      if (missing) return
      view.title = source.label || id
      const [counted, listed] = await Promise.all([page.get(todayPath(id)), page.get('/v1/runs', { source: id, limit: 5 })])
      today = counted
      runs = listed.runs
    } catch (error) {
      if (!source) problem = error
      throw error
    }
  }
  const doing = doings(page, () => view.refresh().catch(() => {}))

  async function showPreview() {
    if (preview?.waiting) return
    preview = { waiting: true }
    page.draw()
    let shown = null
    try {
      shown = await page.link.post(`/v1/sources/${segment(id)}/preview`, { records: 20 })
    } catch (error) {
      if (error.status === undefined) throw error
      shown = { problem: error }
    } finally {
      preview = shown
      page.draw()
    }
  }

  const actionRow = (names) => {
    const name = names.find((one) => actions[one].shown(source))
    if (!name) return nothing
    const action = actions[name]
    return html`
      <li>
        ${name === 'preview'
          ? html`<button data-action="preview" aria-describedby="about-preview" aria-disabled=${preview?.waiting ? 'true' : nothing} @click=${showPreview}>${action.name}</button>`
          : html`<button class=${name === 'confirm' ? 'primary' : action.danger ? 'danger' : ''} data-action=${name}
              aria-describedby="about-${name}" aria-disabled=${doing.busy(id) ? 'true' : nothing} @click=${() => doing.run(source, action)}>${action.name}</button>`}
        <span class="help" id="about-${name}">${action.words}</span>
      </li>`
  }

  const loaded = () => html`
    <div class="columns">
      <section class="card source" data-source=${id} aria-label="State">
        ${sourceHead(source, page.now(), html`<h2>State</h2>`)}
        ${stateLine(source, page.now())}
        ${source.awaiting_confirmation > 0 ? html`<p class="note warn">${plural(source.awaiting_confirmation, 'record')} of
          ${count(source.records)} would be removed.</p>` : nothing}
        ${sourceFacts(source, page.now())}
        <h3>Today</h3>
        ${todayLine(today)}
        ${todayByCause(today)}
      </section>
      <section class="card" aria-labelledby="actions-title">
        <h2 id="actions-title">What you can do</h2>
        <ul class="plain actions">${actionRows.map(actionRow)}</ul>
        ${outcome(doing.said(id), id)}
      </section>
    </div>
    ${preview ? previewSection(preview) : nothing}
    <section aria-labelledby="runs-title">
      <div class="section-head"><h2 id="runs-title">Last runs</h2>
        <a href=${hashOf('runs', [], { source: id })}>All runs</a>
        <a href=${hashOf('webhooks', [], { source: id })}>Webhook events</a></div>
      ${runs.length === 0 ? empty('No run yet', 'The first one begins by itself within moments.') : runTable(runs, page)}
    </section>`

  const view = {
    title: id,
    every: refreshEvery,
    get problem() { return problem },
    refresh,
    template: () => html`
      <p class="trail"><a href="#/sources">Sources</a></p>
      <h1 tabindex="-1">${source ? source.label || id : id}</h1>
      ${problem ? problemNote(problem) : missing
        ? empty(`There is no source “${id}”`, 'It may have been taken out of the configuration.')
        : source === null ? html`<div class="card waiting" aria-busy="true"></div>` : loaded()}`,
  }
  return view
}

function previewSection(preview) {
  const body = preview.waiting ? html`<p class="muted">Reading from the source …</p>`
    : preview.problem ? problemNote(preview.problem)
      : html`
        ${preview.error ? html`<p class="note bad">${preview.error}</p>` : nothing}
        <p class="help">${plural(preview.records.length, 'record')} of ${plural(preview.pages, 'page')},
          ${count(preview.rejected.length)} not taken, ${count(preview.ignored)} that are no callers. Nothing was stored.</p>
        ${preview.records.length === 0 ? nothing : html`
          <div class="scroll" tabindex="0" role="group" aria-label="Previewed records"><table>
            <thead><tr><th scope="col">Id</th><th scope="col">Name</th><th scope="col">Organization</th><th scope="col">Phones</th></tr></thead>
            <tbody>${preview.records.map((record) => html`
              <tr><td>${recordLink(record.id, record.external_id)}</td><td>${record.name}</td><td>${record.organization}</td>
                <td>${record.phones.map((phone) => html`<div class="figures">${phone.e164 ?? html`${phone.raw} <span class="muted">(cannot be matched)</span>`}</div>`)}</td></tr>`)}
            </tbody></table></div>`}
        ${preview.rejected.length === 0 ? nothing : html`<h3>Not taken</h3>
          <ul class="rejected">${preview.rejected.map((one) => html`<li><strong>${one.external_id || 'without an id'}</strong>:
            ${rejectWords(one.reason)} <span class="muted">${one.detail}</span></li>`)}</ul>`}`
  return html`<section class="card preview" aria-labelledby="preview-title" aria-busy=${preview.waiting ? 'true' : 'false'}>
    <h2 id="preview-title">Preview</h2>${body}</section>`
}
