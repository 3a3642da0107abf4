// Small pieces of the page that several views show.

import { html, nothing } from '../vendor/lit-html/lit-html.js'
import { ago, exactTime, until, when } from '../words.js'
import { recordHash } from './routes.js'

export const tag = ({ name, tone = '' }) => html`<span class="tag ${tone}">${name}</span>`

// A time as a distance, with the exact one for whoever points at it.
export const agoTime = (iso, now) => (iso ? html`<time datetime=${iso} title=${exactTime(iso)}>${ago(iso, now)}</time>` : 'never')
export const untilTime = (iso, now) => html`<time datetime=${iso} title=${exactTime(iso)}>${until(iso, now)}</time>`
export const clockTime = (iso, now) => html`<time datetime=${iso} title=${exactTime(iso)}>${when(iso, now)}</time>`

export const recordLink = (id, words = id) => html`<a href=${recordHash(id)}>${words}</a>`

// One row of a <dl>; nothing where there is nothing to say.
export const fact = (name, value) => (value === '' || value === null || value === undefined || value === nothing
  ? nothing : html`<div><dt>${name}</dt><dd>${value}</dd></div>`)

export const empty = (strong, words) => html`<p class="empty"><strong>${strong}</strong>${words}</p>`

// What a refusal says, in the server's own words, with what to do about it.
export function problemNote(error, retry) {
  const words = error.status === 403
    ? `${error.message} Sign in with a key that may do this.`
    : error.message
  return html`<div class="note bad" role="alert">${words}
    ${retry ? html`<button class="small" @click=${retry}>Try again</button>` : nothing}</div>`
}

// What came of an action; always in the page, so that a screen reader hears what comes into it.
export const outcome = (said, of = '') => html`<div class="outcome" role="status" tabindex="-1" data-outcome=${of}>${said
  ? html`<p class="note ${said.tone}">${said.text}</p>` : nothing}</div>`

export function moreButton(list, words = 'Show more') {
  if (list.next === null) return nothing
  return html`<p class="more"><button aria-disabled=${list.loading ? 'true' : nothing} @click=${list.more}>${list.loading ? 'Loading …' : words}</button></p>`
}
