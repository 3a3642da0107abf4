// The admin page: signs in, shows the view that the address names, and keeps it fresh.

import { serverNow } from '../api.js'
import { signedIn, frame } from '../session.js'
import { html, nothing, render } from '../vendor/lit-html/lit-html.js'
import { duration, exactTime } from '../words.js'
import { questions } from './dialogs.js'
import { linkToServer } from './link_to_server.js'
import { parseHash } from './routes.js'
import { sourceNames } from './source_names.js'
import { sourcesView, sourceView } from './sources.js'
import { runsView } from './runs.js'
import { runView } from './run.js'
import { numberView, peopleView } from './find.js'
import { recordView } from './record.js'
import { sharedNumbersView } from './shared_numbers.js'
import { webhooksView } from './webhooks.js'
import { usageView } from './usage.js'
import { keysView } from './keys.js'

// A view is made from the page and its address and has: title, template(), and as needed refresh(), every (ms), close().
const views = {
  sources: { name: 'Sources', make: (page, route) => (route.parts[0] ? sourceView(page, route) : sourcesView(page)) },
  runs: { name: 'Runs', make: (page, route) => (route.parts[0] ? runView(page, route) : runsView(page, route)) },
  people: { name: 'Find', make: peopleView },
  number: { under: 'people', make: numberView },
  records: { under: 'people', make: recordView },
  shared: { name: 'Shared numbers', make: sharedNumbersView },
  webhooks: { name: 'Webhooks', make: webhooksView },
  usage: { name: 'Usage', make: usageView },
  keys: { name: 'Keys', make: keysView },
}
const first = 'sources'
const redrawEvery = 1_000
const awayEvery = 2_000

const container = document.getElementById('page')
const now = () => Date.now()
const session = await signedIn('/admin', container)
const link = linkToServer(now, () => draw())
const dialogs = questions(() => draw())
const page = {
  session, now: serverNow, link, ask: dialogs.ask,
  draw: () => draw(),
  go: (hash) => { location.hash = hash },
  // The same view under another address, such as after a filter: the focus stays where it is.
  stay: (hash) => {
    history.replaceState(null, '', hash)
    shown.hash = hash
  },
}
page.names = sourceNames(page)

let shown = null

function draw() {
  if (!shown) return
  const title = shown.view.title
  document.title = `${title} · ringdex`
  const current = views[shown.route.view]?.under ?? shown.route.view
  render(frame(session, '/admin', html`
    <div class="admin">
      <nav class="views" aria-label="Views">
        <ul class="plain">
          ${Object.entries(views).filter(([, view]) => view.name).map(([id, view]) => html`
            <li><a href="#/${id}" aria-current=${id === current ? 'page' : nothing}>${view.name}</a></li>`)}
        </ul>
      </nav>
      <div class="view" data-view=${shown.route.view}>${shown.view.template()}</div>
    </div>
    ${session.signed_in ? nothing : html`<p class="open-access help">There are no keys yet: whoever uses this machine may use this page.
      <a href="#/keys">Make a key</a> before others can reach it.</p>`}
    ${lowerNote()}
    ${dialogs.template()}`), container)
}

// Over the page's lower end, so that nothing jumps when it comes and goes.
function lowerNote() {
  const seconds = (now() - link.answeredAt) / 1000
  return html`<div class="unreachable" role="status">${link.reachable ? refusedNote(shown.refused) : html`
    <p><strong>The server cannot be reached.</strong>
      <span aria-hidden="true">What you see is ${duration(seconds)} old.</span>
      <span class="unseen">What you see is of ${exactTime(link.answeredAt)}.</span>
      It is asked again every few seconds.</p>`}</div>`
}

// What was shown before still is, and would look as if it were of now.
const refusedNote = (error) => (error ? html`
  <p class="refused"><strong>What you see is not refreshed.</strong> ${error.message}</p>` : nothing)

function notFoundView(name) {
  return { title: 'No such page', template: () => html`
    <h1 tabindex="-1">No such page</h1>
    <p>There is no view “${name}”. <a href="#/${first}">To the sources</a></p>` }
}

function open(route, focus) {
  shown?.view.close?.()
  const aborted = new AbortController()
  const make = Object.hasOwn(views, route.view) ? views[route.view].make : () => notFoundView(route.view)
  // What comes for a view that is left is thrown away.
  const own = { ...page, get: (path, query) => link.get(path, query, aborted.signal), draw: () => { if (shown?.own === own) draw() } }
  const next = { route, own, view: null, refreshed: 0, refreshing: false, refused: null }
  next.view = make(own, route)
  const close = next.view.close
  next.view.close = () => { aborted.abort(); close?.() }
  shown = next
  draw()
  if (focus) {
    scrollTo(0, 0)
    container.querySelector('.view h1')?.focus({ preventScroll: true })
  }
  refresh(shown)
}

async function refresh(which) {
  if (!which.view.refresh || which.refreshing) return
  which.refreshing = true
  try {
    await which.view.refresh()
    which.refused = null
  } catch (error) {
    if (error.name !== 'AbortError' && error.status === undefined) throw error
    // A view that has nothing else to show says so itself.
    which.refused = error.name === 'AbortError' || which.view.problem ? null : error
  } finally {
    which.refreshing = false
    which.refreshed = now()
    if (shown === which) draw()
  }
}

function tick() {
  if (document.hidden || !shown) return
  draw()
  const { view, refreshed, refreshing } = shown
  // While the server is away every view asks for it, also one that has all that it needs.
  const every = view.every ?? (link.reachable ? null : awayEvery)
  if (every && !refreshing && now() - refreshed >= every) refresh(shown)
  if (!link.reachable && !asking) askWhetherBack()
}

let asking = false
async function askWhetherBack() {
  asking = true
  await link.get('/healthz').then(() => refresh(shown), () => {})
  setTimeout(() => { asking = false }, awayEvery)
}

function follow(focus) {
  const route = parseHash(location.hash)
  if (!route && shown) {
    // A jump within the page, such as to the content.
    history.replaceState(null, '', shown.hash)
    return
  }
  open(route ?? { view: first, parts: [], query: {} }, focus)
  shown.hash = route ? location.hash : `#/${first}`
}

addEventListener('hashchange', () => follow(true))
document.addEventListener('visibilitychange', () => { if (!document.hidden && shown) refresh(shown).then(draw) })
page.names.load()
follow(false)
setInterval(tick, redrawEvery)
