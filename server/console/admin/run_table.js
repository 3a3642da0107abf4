// Runs as a table: when, what, and what came of it.

import { html, nothing } from '../vendor/lit-html/lit-html.js'
import { repeat } from '../vendor/lit-html/directives/repeat.js'
import { count } from '../words.js'
import { clockTime, tag } from './pieces.js'
import { hashOf } from './routes.js'
import { runKindWords, runOutcomeWords } from './state_words.js'

// "0.4 s", "12 s", "3 min 5 s"
export function secondsWords(seconds) {
  if (seconds === null || seconds === undefined) return ''
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3_600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3_600)} h ${Math.floor((whole % 3_600) / 60)} min`
}

const changes = [['added', 'added'], ['updated', 'updated'], ['deleted', 'deleted'], ['merged', 'merged'],
  ['renamed', 'renamed'], ['skipped', 'not taken']]

// "3 added, 1 updated"; "nothing changed" if so.
export function changeWords(run) {
  const said = changes.filter(([member]) => run[member] > 0).map(([member, name]) => `${count(run[member])} ${name}`)
  return said.length === 0 ? 'nothing changed' : said.join(', ')
}

export function runTable(runs, page) {
  return html`
    <div class="scroll" tabindex="0" role="group" aria-label="Runs">
      <table class="runs">
        <thead><tr><th scope="col">Began</th><th scope="col">Source</th><th scope="col">Kind</th><th scope="col">Outcome</th>
          <th scope="col">What changed</th><th scope="col" class="number">Took</th></tr></thead>
        <tbody>${repeat(runs, (run) => run.id, (run) => html`
          <tr data-run=${run.id}>
            <td class="nowrap"><a href=${hashOf('runs', [String(run.id)])}>${clockTime(run.started_at, page.now())}<span class="unseen">, run ${run.id}</span></a></td>
            <td>${page.names.label(run.source)}</td>
            <td class="nowrap">${runKindWords(run.kind)}</td>
            <td>${tag(runOutcomeWords(run.outcome))}</td>
            <td class=${changeWords(run) === 'nothing changed' ? 'muted' : ''}>${changeWords(run)}${run.message ? html`<div class="help">${run.message}</div>` : nothing}</td>
            <td class="number nowrap">${secondsWords(run.seconds) || '…'}</td>
          </tr>`)}
        </tbody>
      </table>
    </div>`
}

