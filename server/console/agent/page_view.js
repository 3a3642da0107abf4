// The page around the calls: what stands in the bar, when nobody calls, and the dialog of keys.

import { html, nothing } from '../vendor/lit-html/lit-html.js'
import { repeat } from '../vendor/lit-html/directives/repeat.js'
import { keyList } from './keys.js'
import { notificationWords } from './notifications.js'

// `bar`: {connected, lost, notifications, ask(), help()}
export function barExtra(bar) {
  const words = notificationWords(bar.notifications)
  return html`
    <span class="connection ${bar.connected ? 'good' : bar.lost ? 'bad' : ''}"><span class="dot"></span><span
      class="words">${bar.connected ? 'Connected' : bar.lost ? 'Not connected' : 'Connecting…'}</span></span>
    <button class="quiet notify ${bar.notifications}" @click=${bar.notifications === 'askable' ? bar.ask : bar.help}
      >${words.button}</button>
    <button class="quiet" @click=${bar.help} aria-label="Keys and notifications" aria-keyshortcuts="?"><kbd
      aria-hidden="true">?</kbd></button>`
}

function emptyView(agent) {
  return html`
    <div class="card empty nobody">
      <svg viewBox="0 0 48 48" width="48" height="48" aria-hidden="true" focusable="false"><path
        d="M14 6h6l4 9-5 4a22 22 0 0 0 10 10l4-5 9 4v6a4 4 0 0 1-4 4C22 38 10 26 10 10a4 4 0 0 1 4-4z" fill="none"
        stroke="currentColor" stroke-width="2.5" stroke-linejoin="round"></path></svg>
      <p><strong>No call yet.</strong> It shows here as soon as the phone rings${agent
        ? html` for <bdi>${agent}</bdi>` : nothing}.</p>
    </div>`
}

// `cards` are {id, view}; `settling`: they moved just now, and no click is taken.
export function liveView(cards, agent, settling) {
  return html`
    <section class="live ${settling ? 'settling' : ''}" aria-label="Calls now">
      ${cards.length === 0 ? emptyView(agent) : repeat(cards, ({ id }) => id, ({ view }) => view)}
    </section>`
}

// `words`: what is wrong with the connection; '' where nothing is.
export function lostBar(words, retry) {
  return html`
    <div class="lost ${words ? 'on' : ''}">${words ? html`
      <p>${words}</p><button @click=${retry}>Try now</button>` : nothing}</div>`
}

// `help`: {keysOn, notifications, turnKeys(on), close()}
export function helpDialog(help) {
  const words = notificationWords(help.notifications)
  return html`
    <dialog class="help-dialog" aria-labelledby="help-title" @close=${help.close}>
      <form method="dialog"><button class="quiet close" aria-label="Close">✕</button></form>
      <h2 id="help-title">Keys</h2>
      <dl class="keys">${keyList.map(({ keys, what }) => html`
        <div><dt>${keys.map((key) => (key === '…' ? ' … ' : html`<kbd>${key}</kbd> `))}</dt><dd>${what}</dd></div>`)}</dl>
      <p class="help">They act on the call that is marked, or the one whose part has the focus. Fields take all keys.</p>
      <p><label><input type="checkbox" .checked=${help.keysOn}
        @change=${(event) => help.turnKeys(event.target.checked)}> Use these keys</label></p>
      <h3>Notifications</h3>
      <p class="help">${words.help || 'Not turned on yet: the button in the bar asks the browser for them.'}</p>
    </dialog>`
}
