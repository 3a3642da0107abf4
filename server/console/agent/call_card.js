// One call as it stands on the screen: who it is, who else it may be, and what can be done about it.

import { html, nothing } from '../vendor/lit-html/lit-html.js'
import { repeat } from '../vendor/lit-html/directives/repeat.js'
import { safeUrl } from '../words.js'
import {
  callerOf, candidateOf, candidatesWords, directionWords, lineWords, numberLine, reasonWords, stateOf,
} from './caller.js'
import { isOver } from './calls.js'
import { domId } from './dom_id.js'

export const directionIcon = (call) => html`
  <svg class="direction ${call.direction === 'outbound' ? 'out' : 'in'}" viewBox="0 0 16 16" width="16" height="16"
       aria-hidden="true" focusable="false">
    <path d="M12.5 3.5 4 12M4 5.5V12h6.5" fill="none" stroke="currentColor" stroke-width="2"
          stroke-linecap="round" stroke-linejoin="round"></path>
  </svg>`

export function stateTag(state) {
  return html`<span class="tag state ${state.tone}">${state.tone === 'accent' || state.tone === 'good'
    ? html`<span class="dot"></span>` : nothing}${state.words}${state.by
    ? html` <bdi>${state.by}</bdi>` : nothing}${state.time
    ? html` <span class="figures">${state.time}</span>` : nothing}</span>`
}

// Where a person's records are; the id tells two of one source apart.
export function recordLinks(records) {
  const labels = records.map(({ label }) => label)
  return records.map((record) => {
    const alone = labels.indexOf(record.label) === labels.lastIndexOf(record.label)
    const words = alone ? record.label : `${record.label} ${record.id.split(':').slice(1).join(' ')}`
    const url = safeUrl(record.url)
    return url
      ? html`<a class="button link" href=${url} target="_blank" rel="noopener noreferrer" title=${record.id}
          ><span>Open in <bdi>${words}</bdi></span><span class="unseen"> (new tab)</span
          ><svg viewBox="0 0 16 16" width="12" height="12" aria-hidden="true" focusable="false"><path
            d="M6 3H3v10h10v-3M9 3h4v4M13 3 7 9" fill="none" stroke="currentColor" stroke-width="1.75"></path></svg></a>`
      : html`<span class="tag source" title=${record.id}><bdi>${words}</bdi></span>`
  })
}

function candidateRow(entry, candidate, at, { shown, pending, pick, taken }) {
  const isShown = shown?.id === candidate.id
  const isDefault = candidate.id === entry.answer.default
  const saving = isShown && pending !== null
  const chosen = isShown && (saving || entry.call.picked)
  return html`
    <li class="candidate ${isShown ? 'shown' : ''}">
      <button class="choice" aria-pressed=${isShown ? 'true' : 'false'} aria-busy=${saving ? 'true' : nothing}
              aria-keyshortcuts=${at < 9 && taken ? at + 1 : nothing}
              @click=${(event) => pick(candidate.id, event)}>
        <kbd aria-hidden="true" class=${at < 9 && taken ? '' : 'without'}>${at < 9 ? at + 1 : ''}</kbd>
        <span class="person">
          <bdi class="name">${candidate.name || candidate.id}</bdi>
          <span class="detail muted">${candidate.organization && candidate.organization !== candidate.name
            ? html`<bdi>${candidate.organization}</bdi>` : nothing}${candidate.phone?.label
            ? html`<span class="phone-label"><bdi>${candidate.phone.label}</bdi></span>` : nothing}</span>
        </span>
        <span class="marks">
          ${candidate.kind === 'lead' ? html`<span class="tag">Lead</span>` : nothing}
          ${isDefault ? html`<span class="tag">Default</span>` : nothing}
          ${saving ? html`<span class="tag warn">Saving…</span>`
            : chosen ? html`<span class="tag good">Chosen</span>` : nothing}
        </span>
      </button>
      <span class="links">${recordLinks(candidate.records)}</span>
    </li>`
}

function nameForm(entry, naming, submit) {
  const id = `who-${domId(entry.call.id)}`
  return html`
    <form class="who-is-it" @submit=${submit} aria-labelledby=${id}>
      <h3 id=${id}>Who is it?</h3>
      <p class="help">The name is kept here, not in a CRM, and shown with each call of this number.</p>
      <div class="fields">
        <label>Name <input name="name" maxlength="120" autocomplete="off" dir="auto" data-name></label>
        <label>Organization <input name="organization" maxlength="120" autocomplete="off" dir="auto"></label>
        <button class="primary" ?disabled=${Boolean(naming.busy)}>${naming.busy ? 'Saving…' : 'Save'}</button>
      </div>
      <p class="problem">${naming.problem ?? ''}</p>
    </form>`
}

function candidatesPart(entry, caller, context, now) {
  const { answer, call } = entry
  const { pending } = context
  const many = answer.candidates.length > 1 || !caller.candidate
  const reason = reasonWords(entry, now)
  return html`
    ${many ? html`<h3 id=${`others-${domId(call.id)}`} dir="auto">${candidatesWords(answer)}</h3>` : nothing}
    ${many ? html`
      <ol class="plain candidates" aria-labelledby=${`others-${domId(call.id)}`}>
        ${repeat(answer.candidates, ({ id }) => id, (candidate, at) => candidateRow(entry, candidate, at, {
          shown: caller.record ? candidateOf(answer, caller.record) ?? null : null,
          pending, taken: context.selected, pick: context.pick,
        }))}
      </ol>` : nothing}
    <div class=${many ? 'because' : 'because alone-reason'}>
      <p class="muted reason">${pending?.undo ? 'Taking the choice back…' : pending ? 'Saving the choice…' : reason}</p>
      ${call.picked && many ? html`
        <button class="quiet undo" ?disabled=${pending !== null} aria-keyshortcuts=${context.selected ? 'U' : nothing}
                @click=${context.undo}>Undo ${context.selected ? html`<kbd aria-hidden="true">U</kbd>` : nothing}</button>`
        : nothing}
    </div>`
}

// `context`: {now, agent, selected, marked, first, inUse, pending, problem, naming, title, pick(id, event),
// undo(event), name(event), select()}; keys are for the `selected` one, and a mark shows it where there are several.
export function callCard(entry, context) {
  const { call, answer, phase } = entry
  const { pending, now } = context
  const caller = callerOf(entry, pending?.record ?? null)
  const state = stateOf(entry, now)
  const line = lineWords(call)
  const heading = `name-${domId(call.id)}`
  const detail = [context.title, caller.detail].filter(Boolean)
  const only = answer.candidates.length === 1 && caller.candidate
  // What is over makes room for what is not, but for what is being written in it.
  const compact = isOver(phase) && !context.first && !context.inUse
  return html`
    <article class="card call ${phase} ${caller.kind} ${context.marked ? 'selected' : ''} ${
               compact ? 'compact' : ''}"
             aria-labelledby=${heading} data-call=${call.id} data-who=${domId(call.id)} @focusin=${context.select}>
      <header>
        ${stateTag(state)}
        <p class="way muted">${directionIcon(call)}<span>${directionWords(call)}${line
          ? html` <bdi>${line}</bdi>` : nothing}</span></p>
        ${context.agent === '' && call.agents.length > 0
          ? html`<p class="muted agents">at <bdi>${call.agents.join(', ')}</bdi></p>` : nothing}
      </header>
      <h2 class="who ${caller.name.length > 40 ? 'long' : ''}" id=${heading} tabindex="-1" title=${caller.name}><bdi
        >${caller.name}</bdi></h2>
      <p class="detail">${detail.map((text, at) => html`${at > 0 ? ' · ' : ''}<bdi>${text}</bdi>`)}</p>
      <p class="numbers muted figures">${numberLine(entry, caller).map((text, at) => html`${at > 0
        ? html`<span class="between">·</span>` : nothing}<bdi>${text}</bdi>`)}</p>
      ${only && caller.kind === 'known' ? html`<p class="links">${recordLinks(caller.candidate.records)}</p>` : nothing}
      ${compact ? nothing : morePart(entry, caller, context)}
    </article>`
}

function morePart(entry, caller, context) {
  const { answer } = entry
  const { naming, now } = context
  const nameable = caller.kind === 'unknown' && Boolean(answer.number?.e164)
  return html`
      <div class="more">
        <p class="problem">${context.problem}</p>
        ${answer.candidates.length > 1 || (answer.candidates.length === 1 && caller.kind !== 'unknown')
          ? candidatesPart(entry, caller, context, now) : nothing}
        ${nameable && naming.saved ? html`
          <p class="note good">Saved as <bdi>${naming.saved}</bdi>. The next call of this number shows it.</p>` : nothing}
        ${nameable && !naming.saved ? nameForm(entry, naming, context.name) : nothing}
      </div>`
}
