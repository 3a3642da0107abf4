// What one source looks like: its state, its run, its day.

import { html, nothing } from '../vendor/lit-html/lit-html.js'
import { count, duration, exactTime, plural } from '../words.js'
import { causeWords, runKindWords, stateWords, typeWords } from './state_words.js'
import { agoTime, fact, tag, untilTime } from './pieces.js'
import { hashOf } from './routes.js'

const isOff = (source) => source.state === 'paused' || source.state === 'disabled'

// A moment ago is not counted in seconds; nothing where the time is not told.
const ageWords = (seconds) => (seconds >= 5 ? `for ${duration(seconds)}` : seconds < 5 ? 'since just now' : '')

export function sourceHead(source, now, heading) {
  const state = stateWords(source.state)
  return html`
    <div class="source-head">
      <div>${heading}<span class="muted">${typeWords(source.type)}${source.label && source.label !== source.id ? html` · ${source.id}` : nothing}</span></div>
      <div class="state">${tag(state)}<span class="help" title=${exactTime(source.since)}>${ageWords((now - Date.parse(source.since)) / 1000)}</span></div>
    </div>`
}

// What goes on: the run's progress, which takes the room of the words, so that nothing jumps as runs come and go.
export function stateLine(source, now) {
  const { words } = stateWords(source.state)
  if (source.state === 'running' && source.progress) {
    return html`${progressBar(source, now)}${source.reason ? html`<p class="help">${source.reason}</p>` : nothing}`
  }
  return html`<p class="state-words">${words}${source.reason ? html`<span class="reason">${source.reason}</span>` : nothing}
    ${source.progress?.records > 0 ? html`<span class="reason">The ${runKindWords(source.progress.kind).toLowerCase()} has ${plural(source.progress.records, 'record')} so far and goes on from there.</span>` : nothing}</p>`
}

function progressBar(source, now) {
  const progress = source.progress
  const share = typeof progress.share === 'number' ? Math.min(1, Math.max(0, progress.share)) : null
  const name = `${runKindWords(progress.kind)} of ${source.label || source.id}`
  const rate = progress.records_per_second ?? 0
  return html`
    <div class="progress">
      ${share === null
        ? html`<progress aria-label=${name}></progress>`
        : html`<progress aria-label=${name} max="1" .value=${share}></progress>`}
      <p class="help figures"><strong>${runKindWords(progress.kind)}</strong>:
        ${share === null ? nothing : html`${Math.floor(share * 100)} %, `}${plural(progress.records, 'record')}
        in ${plural(progress.pages, 'page')}, ${count(Math.round(rate))}/s.
        ${progress.expected_end ? html`Done ${untilTime(progress.expected_end, now)}.` : share === null ? '' : 'Done in a while.'}
        <a href=${hashOf('runs', [String(progress.run)])}>Report</a></p>
    </div>`
}

export function sourceFacts(source, now) {
  const left = source.requests_left ?? {}
  const requests = [
    left.this_minute === null || left.this_minute === undefined ? '' : `${count(left.this_minute)} this minute`,
    left.today === null || left.today === undefined ? '' : `${count(left.today)} today`,
  ].filter(Boolean).join(', ')
  return html`
    <dl class="facts">
      ${fact('Records', html`<span class="figures big">${count(source.records)}</span>`)}
      ${fact('Last in step', source.checkpoint_at ? agoTime(source.checkpoint_at, now) : 'never yet')}
      ${fact('Next attempt', isOff(source) ? 'none while it is off'
        : source.next_attempt ? untilTime(source.next_attempt, now) : source.state === 'running' ? 'reading now' : 'none')}
      ${fact('Next sweep', isOff(source) ? 'none while it is off' : source.next_sweep ? untilTime(source.next_sweep, now) : 'none planned')}
      ${fact('Last sweep', source.swept_at ? agoTime(source.swept_at, now) : '')}
      ${fact('Looks for changes', source.interval_seconds ? `every ${duration(source.interval_seconds)}` : '')}
      ${fact('Requests left', requests)}
    </dl>`
}

const counters = [
  ['added', 'added'], ['updated', 'updated'], ['deleted', 'deleted'], ['merged', 'merged'], ['skipped', 'skipped'],
]

export function todayLine(today) {
  return html`
    <dl class="counters" aria-label="Today">
      ${counters.map(([member, name]) => html`
        <div><dt>${name}</dt><dd class="figures">${today ? count(today[member]) : '–'}</dd></div>`)}
    </dl>`
}

export function todayByCause(today) {
  const causes = Object.entries(today?.by_cause ?? {})
  return html`
    <details class="causes">
      <summary>What led to it</summary>
      ${causes.length === 0 ? html`<p class="help">Nothing has changed since midnight.</p>` : html`
        <div class="scroll" tabindex="0" role="group" aria-label="Today by cause">
          <table>
            <thead><tr><th scope="col">Cause</th>${counters.map(([, name]) => html`<th scope="col" class="number">${name}</th>`)}</tr></thead>
            <tbody>${causes.map(([cause, counts]) => html`
              <tr><th scope="row">${causeWords(cause)}</th>
                ${counters.map(([member]) => html`<td class="number">${count(counts[member])}</td>`)}</tr>`)}</tbody>
          </table>
        </div>`}
    </details>`
}
