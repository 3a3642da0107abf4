// The list of past calls, and the search in it.

import { html, nothing } from '../vendor/lit-html/lit-html.js'
import { repeat } from '../vendor/lit-html/directives/repeat.js'
import { exactTime, numberWords, when } from '../words.js'
import { phaseOf } from './calls.js'
import { callerOf, directionWords, otherParty } from './caller.js'
import { directionIcon } from './call_card.js'

function stateWords(call, phase) {
  if (phase === 'ringing') return call.direction === 'outbound' ? 'calling' : 'ringing'
  if (phase === 'answered') return 'on the phone'
  return phase === 'ended' && !call.answered_at ? 'not answered' : ''
}

function row(entry, { now, agent, open }) {
  const { call, answer } = entry
  const caller = callerOf(entry)
  const state = stateWords(call, phaseOf(call, now, agent))
  const number = answer.unmatchable === 'withheld' ? '' : numberWords(answer.number) || otherParty(call)
  const below = caller.kind === 'known' ? [caller.detail, number].filter(Boolean) : [caller.detail].filter(Boolean)
  return html`
    <li>
      <button class="past" data-past=${call.id} @click=${() => open(call.id)}>
        ${directionIcon(call)}
        <span class="unseen">${directionWords(call)}, </span>
        <span class="person">
          <bdi class="name">${caller.name}</bdi>
          <span class="detail muted">${below.map((text, at) => html`${at > 0 ? ' · ' : ''}<bdi>${text}</bdi>`)}</span>
        </span>
        <span class="at muted"><time datetime=${call.started_at} title=${exactTime(call.started_at)}
          >${when(call.started_at, now)}</time>${state ? html`<span class="detail">${state}</span>` : nothing}</span>
      </button>
    </li>`
}

function emptyWords(list, searched) {
  if (list.loading) return html`<strong>Loading the calls…</strong>`
  if (list.problem) return html`<strong>The calls could not be loaded</strong>${list.problem}`
  if (!list.loaded) return html`<strong>Loading the calls…</strong>`
  if (searched) return html`<strong>No call with this number</strong>Calls are kept for a while only.`
  return html`<strong>No calls yet</strong>Each call is listed here from its first ring on.`
}

// `context`: {now, agent, list, searched, search(event), clear(), more(), newest(), open(id)}
export function historyView(context) {
  const { list, searched } = context
  return html`
    <section class="history card" aria-labelledby="history-title">
      <div class="top">
        <h2 id="history-title" tabindex="-1">History</h2>
        <form role="search" class="search" @submit=${context.search}>
          <label class="unseen" for="history-number">Search calls by number</label>
          <input id="history-number" name="number" type="search" inputmode="tel" autocomplete="off"
                 placeholder="Number" maxlength="64">
          <button>Search</button>
        </form>
      </div>
      <div class="about" aria-live="off">
        ${searched ? html`<p class="muted">Calls with <bdi>${searched}</bdi>, on all screens.
          <button class="quiet" @click=${context.clear}>Show my calls</button></p>` : nothing}
        ${list.detached ? html`<p class="muted">Older calls. <button class="quiet" @click=${context.newest}>Back to the
          newest</button></p>` : nothing}
        ${list.problem && list.items.length > 0 ? html`<p class="problem" role="alert">${list.problem}</p>` : nothing}
      </div>
      ${list.items.length === 0
        ? html`<p class="empty">${emptyWords(list, searched)}</p>`
        : html`<ol class="plain">${repeat(list.items, ({ call }) => call.id, (entry) => row(entry, context))}</ol>`}
      ${list.hasMore ? html`<p class="further"><button ?disabled=${list.loading} @click=${context.more}>${list.loading
        ? 'Loading…' : 'Show more'}</button></p>` : nothing}
    </section>`
}
