// The report of one run, and what it could not take.

import { segment } from '../api.js'
import { html, nothing } from '../vendor/lit-html/lit-html.js'
import { count, exactTime } from '../words.js'
import { empty, fact, problemNote, recordLink, tag } from './pieces.js'
import { rejectsAreDue } from './reject_times.js'
import { hashOf } from './routes.js'
import { secondsWords } from './run_table.js'
import { rejectWords, runKindWords, runOutcomeWords } from './state_words.js'

const rejectsShownAtFirst = 50
const kindsOfRecords = ['contact', 'lead']

const counters = [
  ['added', 'Added', 'new here'],
  ['updated', 'Updated', 'changed in the source'],
  ['deleted', 'Deleted', 'gone from the source'],
  ['merged', 'Merged', 'led to the record they became'],
  ['renamed', 'Renamed', 'with their organization'],
  ['unchanged', 'Unchanged', 'read, and the same as here'],
  ['stale', 'Older', 'older than what was here already'],
  ['kept_name', 'Kept their name', 'came without one'],
  ['skipped', 'Not taken', 'listed below'],
  ['failed', 'Failed attempts', 'requests that were tried again'],
  ['ignored', 'Ignored', 'are no callers'],
]

export function runView(page, route) {
  const id = route.parts[0]
  const path = `/v1/runs/${segment(id)}`
  let run = null
  let problem = null
  let rejects = null
  let rejectsShown = rejectsShownAtFirst
  let counted = null // the run as it was when `rejects` came
  const found = new Map() // external id -> the record's id, where it is here all the same

  async function refresh() {
    try {
      run = await page.get(path)
      problem = null
      if (run.outcome !== 'running') view.every = undefined
      view.title = `Run ${run.id}`
      if (run.skipped === 0) rejects = []
      else if (rejectsAreDue(counted, run, page.now())) {
        rejects = (await page.get(`${path}/rejects`)).rejects
        counted = { skipped: run.skipped, outcome: run.outcome, at: page.now() }
      }
      page.draw()
      await findShown()
    } catch (error) {
      if (!run) problem = error
      // It does not come to be by being asked for again.
      if (error.status === 400 || error.status === 404) view.every = undefined
      throw error
    }
  }

  // Some that were not taken are here by now, by another run.
  async function findShown() {
    for (const { external_id: externalId } of rejects.slice(0, rejectsShown)) {
      if (externalId === '' || found.has(externalId)) continue
      found.set(externalId, null)
      for (const kind of kindsOfRecords) {
        const record = `${run.source}:${kind}:${externalId}`
        try {
          found.set(externalId, (await page.get(`/v1/records/${segment(record)}`)).id)
          break
        } catch (error) {
          if (error.status !== 404 && error.status !== 410 && error.status !== 400) throw error
        }
      }
    }
  }

  function showMore() {
    rejectsShown += 200
    page.draw()
    findShown().then(page.draw, () => {})
  }

  const rejectRow = (one) => {
    const record = found.get(one.external_id)
    return html`<tr>
      <td>${one.external_id === '' ? html`<span class="muted">none</span>` : record ? recordLink(record, one.external_id) : one.external_id}</td>
      <td>${rejectWords(one.reason)}</td><td class="muted">${one.detail}</td></tr>`
  }

  const rejectSection = () => html`
    <section aria-labelledby="rejects-title">
      <div class="section-head"><h2 id="rejects-title">Not taken</h2>
        ${run.skipped > 0 ? html`<a class="button" href="${path}/rejects.csv" download>Download as CSV</a>` : nothing}</div>
      ${Object.keys(run.skipped_by_reason ?? {}).length === 0 ? nothing : html`
        <ul class="plain reasons">${Object.entries(run.skipped_by_reason).map(([reason, number]) => html`
          <li><span class="figures">${count(number)}</span> ${rejectWords(reason)}</li>`)}</ul>`}
      ${rejects === null || rejects.length === 0
        ? html`<p class="muted">${run.skipped > 0 ? 'The list of them is not there any more.' : 'Everything that came was taken.'}</p>`
        : html`
          <div class="scroll" tabindex="0" role="group" aria-label="Records that were not taken"><table>
            <thead><tr><th scope="col">Id in the source</th><th scope="col">Why</th><th scope="col">Detail</th></tr></thead>
            <tbody>${rejects.slice(0, rejectsShown).map(rejectRow)}</tbody></table></div>
          ${rejects.length > rejectsShown ? html`<p class="more"><button @click=${showMore}>Show more of
            ${count(rejects.length)}</button></p>` : nothing}`}
    </section>`

  const report = () => html`
    <div class="card">
      <div class="section-head">${tag(runOutcomeWords(run.outcome))}
        <span>${runKindWords(run.kind)} of <a href=${hashOf('sources', [run.source])}>${page.names.label(run.source)}</a></span></div>
      ${run.message ? html`<p class="note ${run.outcome === 'failed' ? 'bad' : ''}">${run.message}</p>` : nothing}
      <dl class="facts">
        ${fact('Began', exactTime(run.started_at))}
        ${fact('Ended', run.finished_at ? exactTime(run.finished_at) : 'not yet')}
        ${fact('Took', secondsWords(run.seconds))}
        ${fact('Pages', count(run.pages))}
        ${fact('Requests', count(run.requests))}
      </dl>
      <dl class="tiles">
        ${counters.filter(([member], place) => place < 4 || run[member] > 0).map(([member, name, words]) => html`
          <div class=${run[member] > 0 ? '' : 'none'}><dt>${name}<span class="help">${words}</span></dt><dd class="figures">${count(run[member])}</dd></div>`)}
      </dl>
    </div>
    ${rejectSection()}`

  const view = {
    title: `Run ${id}`,
    every: 2_000,
    get problem() { return problem },
    refresh,
    template: () => html`
      <p class="trail"><a href="#/runs">Runs</a></p>
      <h1 tabindex="-1">Run ${id}</h1>
      ${problem ? (problem.status === 404 || problem.status === 400
        ? empty('This run is not known', 'Runs are kept for a year. Look for it in the list of runs.')
        : problemNote(problem)) : run === null ? html`<div class="card waiting" aria-busy="true"></div>` : report()}`,
  }
  return view
}
