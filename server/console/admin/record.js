// One record as it is kept here: where each part is from, and whether it is still so in the CRM.

import { segment } from '../api.js'
import { html, nothing } from '../vendor/lit-html/lit-html.js'
import { exactTime, safeUrl } from '../words.js'
import { agoTime, clockTime, empty, fact, outcome, problemNote, recordLink } from './pieces.js'
import { numberHash, recordParts } from './routes.js'
import { consentWords, goesOn, recordKindWords, resyncWords } from './state_words.js'

export function recordView(page, route) {
  const asked = route.parts.join('/')
  let record = null
  let problem = null
  let calls = null
  let said = null
  let fetching = false
  // The one that is shown: of a record that was merged away that is the survivor.
  const id = () => record?.id ?? asked
  const path = () => `/v1/records/${segment(id())}`
  const sourceId = () => recordParts(id()).source
  const isLocal = () => sourceId() === 'local'

  async function refresh() {
    try {
      record = await page.get(`/v1/records/${segment(asked)}`)
      problem = null
      view.title = record.name || record.organization || record.id
    } catch (error) {
      if (!record || error.status === 404 || error.status === 410) {
        record = null
        problem = error
      }
      throw error
    }
    page.draw()
    try {
      calls = (await page.get('/v1/calls', { record: record.id, limit: 20 })).calls
    } catch (error) {
      if (error.name !== 'AbortError') calls = []
    }
  }

  async function resync() {
    if (fetching) return
    fetching = true
    said = null
    page.draw()
    try {
      const answer = await page.link.post(`${path()}/resync`)
      said = { ...resyncWords(answer, page.names.label(sourceId())), into: answer.merged_into }
      view.every = goesOn(answer) ? 2_000 : undefined
    } catch (error) {
      if (error.status === undefined) throw error
      said = { tone: 'bad', text: error.status === 0 ? `Not fetched. ${error.message}` : error.message }
    } finally {
      fetching = false
      page.draw()
    }
    await again()
  }
  // A refusal is in `problem`, or is seen at the next look.
  const again = () => refresh().catch(() => {}).then(page.draw)

  async function forget() {
    const sure = await page.ask({
      title: `Delete ${record.name || record.organization || 'this record'}?`,
      text: 'This record was made here, so no CRM can bring it back. Its number is unknown from then on.',
      action: 'Delete',
    })
    if (!sure) return
    try {
      await page.link.remove(path())
      said = { tone: 'good', text: 'Deleted.' }
    } catch (error) {
      if (error.status === undefined) throw error
      said = { tone: 'bad', text: error.message }
    }
    await again()
  }

  const fetchButton = () => (isLocal() || sourceId() === '' ? nothing : html`
    <button data-action="resync" aria-disabled=${fetching ? 'true' : nothing} @click=${resync}>${fetching ? 'Asking the CRM …' : 'Fetch again from CRM now'}</button>`)

  const missing = () => {
    if (problem.status === 410) {
      return html`${empty('This record was deleted', isLocal()
        ? 'It was made here and is gone, or gave way to a record of a CRM with the same number.'
        : `${page.names.label(sourceId())} deleted it, so nobody finds it here any more. If it is back there, fetch it again.`)}`
    }
    if (problem.status === 404) {
      return html`${empty('This record is not here', isLocal() ? 'There is no record of this id that was made here.'
        : 'It was never copied. Look whether its id is right and whether the source may see it; then fetch it, or look into the runs for why it was not taken.')}`
    }
    return problemNote(problem, again)
  }

  const view = {
    title: asked,
    get problem() { return problem },
    refresh,
    template: () => html`
      <p class="trail"><a href="#/people">Find</a></p>
      <h1 tabindex="-1">${record ? record.name || record.organization || '(no name)' : asked}</h1>
      ${record?.asked ? html`<p class="note">You asked for ${record.asked}. It was merged into this one.</p>` : nothing}
      ${problem ? missing() : record === null ? html`<div class="card waiting" aria-busy="true"></div>` : nothing}
      <div class="buttons">
        ${record || [404, 410].includes(problem?.status) ? fetchButton() : nothing}
        ${record && safeUrl(record.url) ? html`<a class="button" href=${safeUrl(record.url)} target="_blank" rel="noopener noreferrer">Open in ${page.names.label(record.source)}<span class="unseen"> (new tab)</span></a>` : nothing}
        ${record && isLocal() && page.session.scopes.includes('agent') ? html`<button class="danger" data-action="delete" @click=${forget}>Delete</button>` : nothing}
      </div>
      ${outcome(said)}
      ${said?.into ? html`<p>${recordLink(said.into)}</p>` : nothing}
      ${record ? recordBody(record, calls, page) : nothing}`,
  }
  return view
}

const words = (list) => list.join(', ')

function phoneRow(phone, source) {
  return html`
    <tr>
      <td class="figures">${phone.e164 ? html`<a class="nowrap" href=${numberHash(phone.e164)}>${phone.e164}</a>`
        : html`<span class="tag warn">Cannot be matched</span><div class="help">It cannot be read as one public number, so no caller is found by it.</div>`}</td>
      <td class="figures">${phone.raw}</td>
      <td>${phone.extension ?? ''}</td>
      <td>${source}${phone.label ? `, field ${phone.label}` : ''}</td>
    </tr>`
}

function recordBody(record, calls, page) {
  const now = page.now()
  const source = page.names.label(record.source)
  const pairs = (object, value = (given) => given) => Object.entries(object ?? {}).map(([name, given]) => fact(name, value(given)))
  return html`
    <div class="columns">
      <section class="card" aria-label="Person">
        <dl class="facts wide">
          ${fact('Name', record.name)}
          ${fact('Organization', record.organization)}
          ${fact('Title', record.title)}
          ${fact('Owner', record.owner)}
          ${fact('E-mail', record.emails.length === 0 ? '' : record.emails.map((email) => html`<div>${email}</div>`))}
          ${fact('Groups', words(record.groups))}
          ${fact('Tags', record.tags.length === 0 ? '' : record.tags.map((one) => html`<span class="tag">${one}</span> `))}
        </dl>
      </section>
      <section class="card" aria-label="Where it is from">
        <dl class="facts wide">
          ${fact('Source', `${source} (${recordKindWords(record.kind)})`)}
          ${fact('Id', html`<code>${record.id}</code>`)}
          ${fact('Also known as', (record.aliases ?? []).length === 0 ? '' : record.aliases.map((alias) => html`<div><code>${alias}</code></div>`))}
          ${fact('Created there', exactTime(record.created_at))}
          ${fact('Changed there', record.updated_at ? html`${exactTime(record.updated_at)} (${agoTime(record.updated_at, now)})` : '')}
          ${fact('First seen here', exactTime(record.first_indexed_at))}
          ${fact('Version', html`<span class="figures">${record.version}</span>`)}
        </dl>
      </section>
    </div>
    <section aria-labelledby="phones-title">
      <h2 id="phones-title">Phones</h2>
      ${record.phones.length === 0 ? html`<p class="muted">It has none, so no caller is found by it.</p>` : html`
        <div class="scroll" tabindex="0" role="group" aria-label="Phones"><table>
          <thead><tr><th scope="col">Number</th><th scope="col">As it is written there</th><th scope="col">Extension</th><th scope="col">From</th></tr></thead>
          <tbody>${record.phones.map((phone) => phoneRow(phone, source))}</tbody></table></div>`}
    </section>
    ${Object.keys(record.custom ?? {}).length + Object.keys(record.consent ?? {}).length === 0 ? nothing : html`
      <section aria-labelledby="fields-title"><h2 id="fields-title">Further fields</h2>
        <div class="card"><dl class="facts wide">${pairs(record.consent, consentWords)}${pairs(record.custom)}</dl></div></section>`}
    <section aria-labelledby="calls-title">
      <h2 id="calls-title">Calls</h2>
      ${calls === null ? html`<p class="muted">Loading …</p>` : calls.length === 0 ? html`<p class="muted">No call that is kept led to this record.</p>` : callTable(calls, now)}
    </section>`
}

function callTable(calls, now) {
  return html`
    <div class="scroll" tabindex="0" role="group" aria-label="Calls"><table>
      <thead><tr><th scope="col">When</th><th scope="col">From</th><th scope="col">To</th><th scope="col">State</th><th scope="col">Agent</th></tr></thead>
      <tbody>${calls.map(({ call }) => html`
        <tr><td class="nowrap">${clockTime(call.started_at, now)}</td><td class="figures">${call.from}</td><td class="figures">${call.to}</td>
          <td>${call.direction} · ${call.state}${call.picked ? ' · picked' : ''}</td><td>${call.answered_by || (call.agents ?? []).join(', ')}</td></tr>`)}
      </tbody></table></div>`
}
