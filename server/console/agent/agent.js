// The agent's page: events in, cards out. What is decided is in the pure modules beside this one.

import { get, pathOf, segment } from '../api.js'
import { frame, signedIn, signInAgain } from '../session.js'
import { html, nothing, render } from '../vendor/lit-html/lit-html.js'
import { Actions } from './actions.js'
import { Announcer } from './announcer.js'
import { callCard } from './call_card.js'
import { detailsView } from './call_details.js'
import { CallList } from './call_list.js'
import { callerOf, spoken } from './caller.js'
import { CallBook, isOver, phaseOf } from './calls.js'
import { domId } from './dom_id.js'
import { EventStream, retryDelay } from './event_stream.js'
import { callsInUse, keepFocus, placesAround } from './focus.js'
import { historyView } from './history_view.js'
import { actionOf, KeyGuard, keysAreOn, turnKeys } from './keys.js'
import { Notifications } from './notifications.js'
import { barExtra, helpDialog, liveView, lostBar } from './page_view.js'
import { ServerClock } from './server_clock.js'
import { Titles } from './titles.js'

const path = '/agent'
const titleAtRest = document.title
const quietTick = 30_000
const sleepMin = 10 * 60_000
const lostWords = 'Not connected, trying again…'
const forbiddenWords = 'This key may not follow the calls. Sign in with another one.'
const movedWords = 'Another call came in this moment. Choose again.'

class AgentPage {
  #container
  #session
  #agent
  #book = new CallBook()
  #actions
  #history
  #search = null
  #searched = ''
  #titles
  #notifications = new Notifications(window)
  #stream
  #guard = new KeyGuard()
  #selected = null
  #chosen = false
  #details = null
  #helpOpen = false
  #lost = ''
  #live = false
  #wasLive = false
  // The server counts its events anew, and its calls were not asked for since.
  #anew = false
  #loads = 0
  #clock = new ServerClock()
  #announcer = new Announcer()
  #renderAsked = false
  #tickedAt = Date.now()
  #timer = null

  constructor(session, container) {
    this.#session = session
    this.#container = container
    this.#agent = session.agent ?? ''
    const changed = () => this.#changed()
    this.#actions = new Actions(this.#book, this.#agent, {
      changed, say: (words) => this.#say(words), failed: signInAgain,
    })
    this.#history = new CallList(get, this.#agent ? { agent: this.#agent } : {})
    this.#titles = new Titles(get, changed)
    this.#stream = new EventStream(
      (lastId) => pathOf('/v1/events', { agent: this.#agent, last_event_id: lastId }),
      {
        event: (event) => this.#takeEvent(event),
        state: (state) => this.#connection(state),
        refused: (status) => (status === 401 ? location.reload() : this.#lose(forbiddenWords)),
      })
  }

  start() {
    document.addEventListener('keydown', (event) => this.#key(event))
    for (const [target, type] of [[window, 'online'], [window, 'focus'], [window, 'pageshow'],
      [document, 'visibilitychange']]) {
      target.addEventListener(type, () => this.#awake())
    }
    this.#stream.start()
    this.#load()
    this.#render()
  }

  #now() { return this.#clock.now(Date.now()) }

  #shown() { return this.#book.onScreen(this.#now(), this.#agent, callsInUse(this.#container)) }

  // ---- what comes in

  #takeEvent({ id, type, data }) {
    let told
    try {
      told = JSON.parse(data)
    } catch {
      return
    }
    if (type === 'ready') {
      this.#live = true
      // What came between the first load and the first event.
      if (!this.#wasLive) this.#load()
      this.#wasLive = true
    } else if (type === 'reset') {
      this.#book.forgetOrder()
      this.#anew = true
      this.#load()
    } else if (told.call) {
      this.#takeCall(Number(id), type, told)
    }
    this.#changed()
  }

  #takeCall(number, type, told) {
    const taken = this.#book.takeEvent(number, told)
    if (!taken) return
    const { before, entry } = taken
    const { call } = entry
    if (!before && type === 'ringing' && this.#live) this.#clock.rang(call.started_at, Date.now())
    this.#history.take(entry)
    this.#search?.take(entry)
    const phase = phaseOf(call, this.#now(), this.#agent)
    if (phase !== 'ringing') this.#notifications.close(call.id)
    if (!before && phase === 'ringing') this.#announceRing(entry)
    if (before && !isOver(phase)) this.#announceChange(before, entry, type)
  }

  #announceRing(entry) {
    this.#say(spoken(entry))
    this.#notify(entry)
  }

  #announceChange(before, entry, type) {
    const caller = callerOf(entry)
    const pending = this.#actions.pendingOf(entry.call.id)
    if (type === 'changed' && callerOf(before).name !== caller.name) {
      const { busy, saved } = this.#actions.namingOf(entry.call.id)
      if (!busy && !saved) this.#say(`Now known: ${[caller.name, caller.detail].filter(Boolean).join(', ')}`)
      if (entry.call.state === 'ringing') this.#notify(entry)
    }
    const { picked } = entry.call
    const isOthers = picked && picked.agent !== this.#agent && picked.at !== before.call.picked?.at
    if (type === 'picked' && !pending && isOthers) {
      this.#say(`${picked.agent || 'Somebody'} chose ${caller.name}`)
    }
  }

  #notify(entry) {
    const caller = callerOf(entry)
    const title = caller.kind === 'unknown' ? `Unknown caller ${caller.name}` : caller.name
    this.#notifications.show(entry.call.id, title,
      [entry.call.direction === 'outbound' ? 'Outgoing call' : 'Incoming call',
        caller.kind === 'unknown' ? '' : caller.detail].filter(Boolean).join(' · '))
  }

  // The calls so far, from the API; again until it works.
  async #load(failures = 0) {
    const load = ++this.#loads
    const since = this.#book.newest
    const reports = await this.#history.load()
    if (load !== this.#loads) return
    if (reports) {
      this.#book.takeReports(reports, since, { anew: this.#anew, hasMore: this.#history.hasMore })
      this.#anew = false
      // What happened meanwhile stands in the book.
      for (const entry of this.#book.entries()) this.#history.take(entry)
    } else if (this.#history.error && !signInAgain(this.#history.error)) {
      setTimeout(() => { if (load === this.#loads) this.#load(failures + 1) }, retryDelay(failures, Math.random()))
    }
    this.#changed()
  }

  #connection(state) {
    if (state === 'open' && this.#lost) {
      this.#lost = ''
      this.#say('Connected again')
    }
    if (state === 'waiting') this.#lose(lostWords)
    this.#changed()
  }

  #lose(words) {
    this.#live = false
    if (this.#lost === words) return
    this.#lost = words
    this.#say(words.replace('…', ''))
  }

  #retry() { this.#stream.state === 'stopped' ? this.#stream.start() : this.#stream.nudge() }

  #awake() {
    if (document.visibilityState !== 'visible') return
    this.#notifications.look()
    this.#stream.nudge()
    if (Date.now() - this.#tickedAt > sleepMin) this.#load()
    this.#changed()
  }

  // ---- what people do

  // The call that keys are for.
  #target(shown) {
    const selected = shown.find(({ call, phase }) => call.id === this.#selected && !isOver(phase))
    return selected ?? shown[0] ?? null
  }

  #select(id) {
    if (this.#selected === id) return
    this.#selected = id
    this.#chosen = true
    this.#changed()
  }

  #key(event) {
    const now = performance.now()
    if (KeyGuard.isField(event.target)) return this.#guard.typed(now)
    const action = actionOf(event)
    if (!action || !keysAreOn(localStorage)) return
    const shown = this.#shown()
    const target = this.#target(shown)
    if (action.name === 'history') this.#focus('#history-title')
    else if (action.name === 'keys') this.#help(true)
    else if (action.name === 'next') this.#step(shown, target, 1)
    else if (action.name === 'previous') this.#step(shown, target, -1)
    else if (!target) return
    else if (!this.#guard.lets(now)) this.#say(movedWords)
    else this.#act(action, target.call.id, target)
    event.preventDefault()
  }

  #act(action, id, entry) {
    if (action.name === 'pick') {
      const candidate = entry.answer.candidates[action.at]
      if (candidate && entry.answer.candidates.length > 1) this.#actions.pick(id, candidate.id)
    }
    if (action.name === 'undo') this.#actions.undo(id)
    if (action.name === 'name') this.#focus(`[data-who="${domId(id)}"] [data-name]`)
  }

  #step(shown, target, by) {
    const at = shown.findIndex(({ call }) => call.id === target?.call.id)
    const next = shown[(at + by + shown.length) % shown.length]
    if (!next) return
    this.#select(next.call.id)
    this.#focus(`#name-${domId(next.call.id)}`)
  }

  #focus(selector) {
    this.#container.querySelector(selector)?.focus()
  }

  async #name(id, event) {
    event.preventDefault()
    const given = new FormData(event.target)
    const name = given.get('name').trim()
    const organization = given.get('organization').trim()
    if (!name && !organization) return event.target.querySelector('input').focus()
    await this.#actions.name(id, { name, organization })
  }

  async #find(event) {
    event.preventDefault()
    const number = new FormData(event.target).get('number').trim()
    this.#searched = number
    this.#search = number ? new CallList(get, { number }) : null
    await this.#follow(this.#search, () => this.#search?.load())
  }

  #clearSearch() {
    this.#search = null
    this.#searched = ''
    this.#container.querySelector('#history-number').value = ''
    this.#changed()
    this.#focus('#history-title')
  }

  async #follow(list, act) {
    const asked = act()
    this.#changed()
    await asked
    if (list?.error && list.problem) signInAgain(list.error)
    this.#changed()
  }

  async #open(id) {
    const state = { id, report: null, problem: '' }
    this.#details = state
    this.#changed()
    try {
      state.report = await get(`/v1/calls/${segment(id)}`)
    } catch (error) {
      if (signInAgain(error)) return
      state.problem = error.status === 404 ? 'This call is not kept any more.' : error.message
    }
    this.#changed()
  }

  #help(open) {
    this.#helpOpen = open
    this.#notifications.look()
    this.#changed()
  }

  async #askNotifications() {
    await this.#notifications.ask()
    this.#changed()
  }

  // ---- what is drawn

  #say(words) {
    this.#announcer.say(words)
    this.#changed()
  }

  // Soon, also in a page that is out of sight; what comes together is drawn once.
  #changed() {
    if (this.#renderAsked) return
    this.#renderAsked = true
    queueMicrotask(() => this.#render())
  }

  #render() {
    this.#renderAsked = false
    const now = this.#now()
    const shown = this.#shown()
    this.#forget(shown)
    const focused = document.activeElement
    const inUse = callsInUse(this.#container)
    const places = placesAround(focused)
    render(frame(this.#session, path, this.#content(shown, now, inUse), this.#bar()), this.#container)
    this.#keepFocus(focused, places)
    for (const dialog of this.#container.querySelectorAll('dialog:not([open])')) dialog.showModal()
    document.title = this.#title(shown)
    this.#tick(shown)
  }

  // The focus chooses a call, but not where nobody moved it.
  #keepFocus(focused, places) {
    const selected = this.#selected
    keepFocus(this.#container, focused, places)
    this.#selected = selected
    this.#chosen = false
  }

  #forget(shown) {
    const ids = shown.map(({ call }) => call.id)
    if (shown.every(({ call, phase }) => call.id !== this.#selected || isOver(phase))) this.#selected = null
    this.#guard.shows(ids, this.#target(shown)?.call.id ?? null, performance.now(), this.#chosen)
    this.#chosen = false
    this.#actions.keepOnly(new Set(ids))
  }

  #content(shown, now, inUse) {
    const target = this.#target(shown)
    const cards = shown.map((entry) => (
      { id: entry.call.id, view: this.#card(entry, { now, selected: entry === target, shown, inUse }) }))
    const list = this.#search ?? this.#history
    return html`
      <div class="agent">
        <h1 class="unseen">Calls</h1>
        <p class="unseen" aria-live=${this.#agent ? 'assertive' : 'polite'} aria-atomic="true" id="said"
          >${this.#announcer.text()}</p>
        ${liveView(cards, this.#agent, this.#guard.settling(performance.now()) > 0)}
        ${historyView({
          now, agent: this.#agent, list, searched: this.#searched,
          search: (event) => this.#find(event), clear: () => this.#clearSearch(),
          more: () => this.#follow(list, () => list.more()), newest: () => this.#follow(list, () => list.load()),
          open: (id) => this.#open(id),
        })}
      </div>
      ${lostBar(this.#lost, () => this.#retry())}
      ${this.#details ? detailsView(this.#details, now, () => { this.#details = null; this.#changed() }) : nothing}
      ${this.#helpOpen ? helpDialog({
        keysOn: keysAreOn(localStorage), notifications: this.#notifications.state,
        turnKeys: (on) => turnKeys(localStorage, on), close: () => this.#help(false),
      }) : nothing}`
  }

  #card(entry, { now, selected, shown, inUse }) {
    const { id } = entry.call
    const pending = this.#actions.pendingOf(id)
    const caller = callerOf(entry, pending?.record)
    return callCard(entry, {
      now, selected, pending, agent: this.#agent, first: entry === shown[0], inUse: inUse.has(id),
      marked: selected && shown.length > 1 && !isOver(entry.phase),
      problem: this.#actions.problemOf(id), naming: this.#actions.namingOf(id),
      title: caller.kind === 'known' ? this.#titles.of(caller.record, performance.now()) : '',
      pick: (record, event) => this.#click(event, () => this.#actions.pick(id, record)),
      undo: (event) => this.#click(event, () => this.#actions.undo(id)),
      name: (event) => this.#name(id, event),
      select: () => this.#select(id),
    })
  }

  // The pointer may be where another card stood until now.
  #click(event, act) {
    event.detail > 0 && this.#guard.settling(performance.now()) > 0 ? this.#say(movedWords) : act()
  }

  #bar() {
    return barExtra({
      connected: this.#stream.state === 'open', lost: this.#lost !== '', notifications: this.#notifications.state,
      ask: () => this.#askNotifications(), help: () => this.#help(true),
    })
  }

  #title(shown) {
    const ringing = shown.filter(({ phase }) => phase === 'ringing')
    if (ringing.length === 0) return titleAtRest
    const more = ringing.length > 1 ? ` (+${ringing.length - 1})` : ''
    return `☎ ${callerOf(ringing[0]).name.slice(0, 80)}${more}`
  }

  // Running times run; all others may be a little late.
  #tick(shown) {
    clearTimeout(this.#timer)
    this.#tickedAt = Date.now()
    const usual = shown.some(({ phase }) => !isOver(phase)) ? 1000 - (this.#now() % 1000) : quietTick
    const settling = this.#guard.settling(performance.now())
    const wait = settling > 0 ? Math.min(settling, usual) : usual
    this.#timer = setTimeout(() => {
      const slept = Date.now() - this.#tickedAt - wait
      if (slept > quietTick) this.#stream.nudge()
      if (slept > sleepMin) this.#load()
      this.#render()
    }, wait)
  }
}

const container = document.getElementById('page')
new AgentPage(await signedIn(path, container), container).start()
