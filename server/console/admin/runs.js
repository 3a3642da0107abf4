// The history of runs, a year of it, page by page.

import { pathOf } from '../api.js'
import { html, nothing } from '../vendor/lit-html/lit-html.js'
import { pagedList } from './paged_list.js'
import { empty, moreButton, problemNote } from './pieces.js'
import { hashOf } from './routes.js'
import { runTable } from './run_table.js'
import { sourceFilter } from './source_filter.js'

const runsOnPage = 50

export function runsView(page, route) {
  let source = route.query.source ?? ''
  let changed = route.query.changed === 'true'
  let list = newList()

  function newList() {
    const asked = { source, changed: changed ? 'true' : '' }
    return pagedList(async (behind) => {
      const answer = await page.get('/v1/runs', { ...asked, limit: runsOnPage, behind })
      return { items: answer.runs, next: answer.next }
    }, () => page.draw())
  }
  function filter(wanted) {
    ({ source, changed } = { source, changed, ...wanted })
    page.stay(hashOf('runs', [], { source, changed: changed ? 'true' : '' }))
    list = newList()
    list.reload()
  }

  return {
    title: 'Runs',
    every: 5_000,
    // Whoever reads further down is not pushed away by what is new.
    async refresh() { if (list.pages <= 1) await (list.pages === 0 ? list.reload() : list.poll()) },
    template: () => html`
      <h1 tabindex="-1">Runs</h1>
      <p class="help">Each time a source was read: what came, what changed, what was not taken. Kept for a year; times are your own.</p>
      <div class="filters">
        ${sourceFilter(page, source, (chosen) => filter({ source: chosen }))}
        <label class="check"><input type="checkbox" .checked=${changed} @change=${(event) => filter({ changed: event.target.checked })}>
          Only runs that changed something</label>
        <span class="spacer"></span>
        <a class="button" href=${pathOf('/v1/runs.csv', { source })} download aria-describedby="about-file">Download as CSV</a>
      </div>
      <p class="help" id="about-file">${changed ? 'The file holds these runs and those that changed nothing; ' : 'The file holds '}at most the latest 20,000.</p>
      ${list.problem ? problemNote(list.problem, list.reload) : nothing}
      <div class="list" aria-busy=${list.loading ? 'true' : 'false'}>
        ${list.items.length > 0 ? html`${runTable(list.items, page)}${moreButton(list, 'Show older runs')}`
          : list.pages === 0 ? html`<p class="muted">${list.problem ? nothing : 'Loading …'}</p>`
            : list.next !== null ? html`<p class="muted">Nothing among the latest.</p>${moreButton(list, 'Look further back')}`
              : changed ? empty('No run changed anything', 'Take the filter away to see all of them.')
                : empty('No run yet', 'The first one begins by itself once a source is configured.')}
      </div>`,
  }
}
