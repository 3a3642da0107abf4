// What the CRMs told by webhook, newest first, and what each event did.

import { html, nothing } from '../vendor/lit-html/lit-html.js'
import { repeat } from '../vendor/lit-html/directives/repeat.js'
import { count, duration, plural } from '../words.js'
import { pagedList } from './paged_list.js'
import { agoTime, clockTime, empty, moreButton, problemNote, recordLink, tag } from './pieces.js'
import { hashOf, recordParts } from './routes.js'
import { sourceFilter } from './source_filter.js'
import { eventKindWords, eventOutcomeWords, plainWord } from './state_words.js'

const eventsOnPage = 50

// "1 updated, 1 merged"
export function didWords(did) {
  return Object.entries(did ?? {}).filter(([, number]) => number > 0)
    .map(([what, number]) => `${count(number)} ${plainWord(what)}`).join(', ')
}

export function webhooksView(page, route) {
  let source = route.query.source ?? ''
  let refused = null
  let list = newList()

  function newList() {
    const asked = source
    return pagedList(async (behind) => {
      const answer = await page.get('/v1/webhooks', { source: asked, limit: eventsOnPage, behind })
      if (asked === source) refused = answer.refused ?? null
      return { items: answer.events, next: answer.next }
    }, () => page.draw())
  }
  function choose(chosen) {
    source = chosen
    page.stay(hashOf('webhooks', [], { source }))
    list = newList()
    list.reload()
  }

  return {
    title: 'Webhooks',
    every: 3_000,
    async refresh() { if (list.pages <= 1) await (list.pages === 0 ? list.reload() : list.poll()) },
    template: () => html`
      <h1 tabindex="-1">Webhook events</h1>
      <p class="help">What the CRMs told by themselves, so that changes are here within moments instead of at the next run.</p>
      <div class="filters">${sourceFilter(page, source, choose)}</div>
      ${refused ? refusedNote(refused, page.now()) : nothing}
      ${list.problem ? problemNote(list.problem, list.reload) : nothing}
      <div class="list" aria-busy=${list.loading ? 'true' : 'false'}>
        ${list.items.length > 0 ? html`${eventTable(list.items, page)}${moreButton(list, 'Show older events')}`
          : list.pages === 0 ? html`<p class="muted">${list.problem ? nothing : 'Loading …'}</p>`
            : empty('No event has come', 'Runs find all changes too, only later. To get them at once, set up the CRM’s webhook for this server; the connector’s page tells how.')}
      </div>`,
  }
}

// Why events were refused, and what to do about it.
const refusals = {
  bad_signature: ['the signature did not match', 'The secret in the CRM and the one in the configuration (webhook_secret; for Pipedrive webhook_password) must be the same. '
    + 'Copy it again and restart the server. Nothing of a refused event was used.'],
  outside_time_window: ['the time on them was more than 5 minutes off', 'Look whether this machine’s clock is right, and that of whatever sends them.'],
  malformed: ['they could not be read', 'Look whether the webhook’s address names the right source, and whether its body is left as the CRM makes it.'],
  not_supported: ['the source takes no webhooks', 'Take the webhook out of whatever sends it, or let its address name another source.'],
  not_stored: ['they could not be stored', 'Look into the server’s log and whether the disk is full. The CRM sends most of them again.'],
}

function refusedNote(refused, now) {
  const reasons = Object.entries(refused).filter(([, number]) => typeof number === 'number' && number > 0)
  if (reasons.length === 0) return nothing
  return html`
    <div class="note warn refused">
      ${reasons.map(([reason, number]) => {
        const [why, advice] = Object.hasOwn(refusals, reason) ? refusals[reason] : [plainWord(reason), '']
        return html`<p><strong>${plural(number, 'event')} refused since the start: ${why}.</strong> ${advice}</p>`
      })}
      ${refused.last_at ? html`<p class="help">The last one ${agoTime(refused.last_at, now)}${refused.last_reason ? `: ${refused.last_reason}` : ''}</p>` : nothing}
    </div>`
}

function settledWords(event) {
  if (!event.settled_at) return event.attempts > 0 ? `tried ${plural(event.attempts, 'time')}` : 'not yet'
  const seconds = (Date.parse(event.settled_at) - Date.parse(event.received_at)) / 1000
  return seconds < 1 ? 'within a second' : `after ${duration(seconds)}`
}

function eventTable(events, page) {
  return html`
    <div class="scroll" tabindex="0" role="group" aria-label="Events"><table class="events">
      <thead><tr><th scope="col">Received</th><th scope="col">Source</th><th scope="col">What it told</th><th scope="col">Records</th>
        <th scope="col">Outcome</th><th scope="col">Applied</th></tr></thead>
      <tbody>${repeat(events, (event) => event.number, (event) => {
        const outcome = eventOutcomeWords(event.outcome)
        return html`
          <tr data-event=${event.number}>
            <td class="nowrap">${clockTime(event.received_at, page.now())}</td>
            <td>${page.names.label(event.source)}</td>
            <td>${eventKindWords(event.kind)}<div class="help">${event.type}</div></td>
            <td>${(event.records ?? []).map((record) => html`<div>${recordLink(record, recordParts(record).externalId || record)}</div>`)}
              ${event.into ? html`<div class="help">into ${recordLink(event.into, recordParts(event.into).externalId)}</div>` : nothing}</td>
            <td>${tag(outcome)}<div class="help">${[didWords(event.did), outcome.words, event.detail].filter(Boolean).join(' · ')}</div></td>
            <td class="nowrap">${settledWords(event)}</td>
          </tr>`
      })}</tbody></table></div>`
}
