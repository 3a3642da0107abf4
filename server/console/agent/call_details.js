// What is known of one call, in a dialog: who was shown, who picked whom, what came late, and whose ticket it is.

import { html, nothing } from '../vendor/lit-html/lit-html.js'
import { exactTime, when } from '../words.js'
import { entryOf, phaseOf } from './calls.js'
import { callerOf, clockWords, directionWords, lineWords, numberLine, reasonWords } from './caller.js'
import { recordLinks } from './call_card.js'

const causes = {
  live: 'A CRM told who it is',
  about: 'The record that the call was started from came',
  created: 'A record was made for the unknown caller',
  named: 'Somebody named the caller',
}

function attributeState(one) {
  if (one.state === 'merged') return html`was merged; <bdi>${one.asked}</bdi> was its id`
  if (one.state === 'deleted') return 'was deleted in its CRM'
  if (one.state === 'not_mirrored') return 'is not in the copy of the CRM'
  return nothing
}

function attributeItem(one) {
  const state = attributeState(one)
  return html`
    <li>
      <p><bdi class="name">${one.name || one.record}</bdi>${state === nothing ? nothing
        : html` <span class="tag ${one.state === 'merged' ? '' : 'warn'}">${one.state === 'merged' ? 'Merged'
          : one.state === 'deleted' ? 'Deleted' : 'Not mirrored'}</span>`}</p>
      <p class="help"><bdi>${one.record}</bdi>${state === nothing ? nothing : html` — ${state}`}</p>
      ${one.label
        ? html`<p class="links">${recordLinks([{ id: one.record, label: one.label, url: one.url }])}</p>` : nothing}
    </li>`
}

function pickItem(pick, now) {
  return html`<li><bdi class="name">${pick.name || pick.record}</bdi>
    <span class="help">chosen ${pick.agent ? html`by <bdi>${pick.agent}</bdi> ` : nothing}<time datetime=${pick.at}
      title=${exactTime(pick.at)}>${when(pick.at, now)}</time>${pick.undone_at ? html`, taken back ${pick.undone_by
        ? html`by <bdi>${pick.undone_by}</bdi> ` : nothing}${when(pick.undone_at, now)}` : nothing}</span></li>`
}

function changeItem(change, report, now) {
  const caller = callerOf({ call: { ...report.call, picked: null }, answer: change.answer })
  return html`<li>${causes[change.cause] ?? 'The answer changed'}: <bdi class="name">${caller.name}</bdi>
    <span class="help">${when(change.at, now)}</span></li>`
}

function course(call, now) {
  const steps = [html`Began <time datetime=${call.started_at} title=${exactTime(call.started_at)}>${
    when(call.started_at, now)}</time>`]
  if (call.answered_at) {
    steps.push(html`answered ${call.answered_by ? html`by <bdi>${call.answered_by}</bdi> ` : nothing}after ${
      clockWords(Date.parse(call.answered_at) - Date.parse(call.started_at))}`)
  }
  if (call.ended_at) {
    const from = call.answered_at ?? call.started_at
    steps.push(html`${call.answered_at ? 'ended' : 'ended unanswered'} after ${
      clockWords(Date.parse(call.ended_at) - Date.parse(from))}`)
  } else if (phaseOf(call, now) === 'untold') {
    steps.push('how it ended was not told')
  }
  return steps.map((step, at) => html`${at > 0 ? ', ' : ''}${step}`)
}

function reportView(report, now) {
  const { call } = report
  const entry = entryOf(report)
  const caller = callerOf(entry)
  const first = callerOf({ call: { ...call, picked: null }, answer: report.answer })
  const reason = reasonWords({ call: { ...call, picked: null }, answer: report.answer }, now)
  return html`
    <h2 id="details-title" class="who" title=${caller.name}><bdi>${caller.name}</bdi></h2>
    ${caller.detail ? html`<p><bdi>${caller.detail}</bdi></p>` : nothing}
    <p class="muted figures">${numberLine(entry, caller).map((text, at) =>
      html`${at > 0 ? ' · ' : ''}<bdi>${text}</bdi>`)}</p>
    <dl>
      <dt>Call</dt>
      <dd>${directionWords(call)} <bdi>${lineWords(call)}</bdi>${call.agents.length > 0
        ? html`, at <bdi>${call.agents.join(', ')}</bdi>` : nothing}</dd>
      <dd>${course(call, now)}</dd>
      <dt>Shown at first</dt>
      <dd><bdi class="name">${first.name}</bdi>${first.detail ? html`, <bdi>${first.detail}</bdi>` : nothing}${
        reason ? html`<p class="help">${reason}</p>` : nothing}</dd>
      ${report.changes.length > 0 ? html`<dt>Became known</dt>
        <dd><ul class="plain">${report.changes.map((change) => changeItem(change, report, now))}</ul></dd>` : nothing}
      ${report.picks.length > 0 ? html`<dt>Choices</dt>
        <dd><ul class="plain">${report.picks.map((pick) => pickItem(pick, now))}</ul></dd>` : nothing}
      <dt>A ticket of this call belongs to</dt>
      <dd>${report.attribute.length > 0 ? html`<ul class="plain attribute">${report.attribute.map(attributeItem)}</ul>`
        : 'nobody: the caller was not known'}</dd>
    </dl>`
}

// `state`: {report, problem}; neither while it loads.
export function detailsView(state, now, close) {
  return html`
    <dialog class="details" aria-labelledby="details-title" @close=${close}>
      <form method="dialog"><button class="quiet close" aria-label="Close">✕</button></form>
      ${state.report ? reportView(state.report, now)
        : html`<h2 id="details-title">The call</h2>
          <p class=${state.problem ? 'problem' : 'muted'}>${state.problem || 'Loading…'}</p>`}
    </dialog>`
}
