// Keys of the account, and links by which agents sign in.

import { segment } from '../api.js'
import { html, nothing } from '../vendor/lit-html/lit-html.js'
import { repeat } from '../vendor/lit-html/directives/repeat.js'
import { exactTime } from '../words.js'
import { copyButtons } from './copy_button.js'
import { agoTime, empty, outcome, problemNote } from './pieces.js'
import { scopeNames, scopeWords } from './state_words.js'

export function keysView(page) {
  let keys = null
  let problem = null
  let made = null
  let said = null
  let link = null
  let linkSaid = null
  let busy = false
  const copyButton = copyButtons(page.draw)

  async function refresh() {
    // With the first key this page is signed out; the key must be seen before that shows.
    if (made?.first) return
    try {
      keys = (await page.get('/v1/keys')).keys
      problem = null
    } catch (error) {
      if (!keys) problem = error
      throw error
    }
  }
  // Before it is known whether there are keys, a first one would come unawares. After it this page is signed out, and a
  // refused request would take the key away that is shown this once.
  const ready = () => !busy && keys !== null && !made?.first
  // Runs one request at a time; what it is refused with is given to `refusedWith`.
  async function doing(work, refusedWith) {
    if (!ready()) return
    busy = true
    page.draw()
    try {
      await work()
    } catch (error) {
      if (error.status === undefined) throw error
      refusedWith({ tone: 'bad', text: error.message })
    } finally {
      busy = false
      page.draw()
    }
  }

  async function make(event) {
    event.preventDefault()
    if (!ready()) return
    const form = event.target
    const given = new FormData(form)
    const scopes = given.getAll('scope')
    if (scopes.length === 0) {
      said = { tone: 'bad', text: 'Choose at least one thing that the key is for.' }
      page.draw()
      return
    }
    const isFirst = keys.length === 0
    if (isFirst && !scopes.includes('admin')) {
      said = { tone: 'bad', text: 'The first key must run the mirror: without one that may, nobody could come back to this page.' }
      page.draw()
      return
    }
    await doing(async () => {
      made = await page.link.post('/v1/keys', { scopes, note: given.get('note').trim() })
      made.first = isFirst
      said = null
      form.reset()
      if (!isFirst) await refresh()
    }, (words) => { said = words })
    document.querySelector('.made h2')?.focus()
  }

  // Goes on with the key that was just made.
  async function signIn() {
    await page.link.post('/console/session', { key: made.key }).catch(() => {})
    location.reload()
  }

  async function remove(key) {
    const sure = await page.ask({
      title: `Remove the key ${key.note ? `“${key.note}”` : key.id}?`,
      text: key.this_one
        ? 'You are signed in with this very key. You are signed out with it and need another one to come back.'
        : 'Whatever uses it is refused within a second.',
      action: 'Remove',
    })
    if (!sure) return
    await doing(async () => {
      await page.link.remove(`/v1/keys/${segment(key.id)}`)
      said = { tone: 'good', text: `The key ${key.note ? `“${key.note}”` : key.id} is removed.` }
      if (made?.id === key.id) made = null
      if (key.this_one) location.reload()
      await refresh()
    }, (words) => { said = words })
  }

  async function makeLink(event) {
    event.preventDefault()
    if (!ready()) return
    const agent = new FormData(event.target).get('agent').trim()
    linkSaid = null
    await doing(async () => {
      link = await page.link.post('/v1/sign-in-codes', agent ? { agent } : {})
    }, (words) => { link = null; linkSaid = words })
  }

  const keyTable = () => html`
    <div class="scroll" tabindex="0" role="group" aria-label="Keys"><table class="keys">
      <thead><tr><th scope="col">For</th><th scope="col">May</th><th scope="col">Made</th><th scope="col">Id</th><th scope="col"><span class="unseen">Remove</span></th></tr></thead>
      <tbody>${repeat(keys, (key) => key.id, (key) => html`
        <tr data-key=${key.id}>
          <td>${key.note || html`<span class="muted">no note</span>`}${key.this_one ? html` <span class="tag accent">You use it now</span>` : nothing}</td>
          <td>${key.scopes.map((scope) => scopeWords(scope).name).join(', ')}</td>
          <td class="nowrap">${key.created_at ? agoTime(key.created_at, page.now()) : ''}</td>
          <td><code>${key.id}</code></td>
          <td><button class="danger small" aria-disabled=${ready() ? nothing : 'true'} @click=${() => remove(key)}>Remove<span class="unseen"> ${key.note || key.id}</span></button></td>
        </tr>`)}</tbody></table></div>`

  const madeNote = () => html`
    <div class="note good made">
      <h2 tabindex="-1">Your new key</h2>
      <p>Copy it now. It is shown this once; only a hash of it is kept.</p>
      <p class="copied"><code class="secret">${made.key}</code> ${copyButton(made.key)}</p>
      ${made.first ? html`<p><strong>From now on every request needs a key.</strong> Give the phone system one too.
        <button class="small" @click=${signIn}>I have copied it, sign me in with it</button></p>` : nothing}
    </div>`

  return {
    title: 'Keys',
    get problem() { return problem },
    refresh,
    template: () => html`
      <h1 tabindex="-1">Keys</h1>
      ${problem ? problemNote(problem, () => refresh().catch(() => {}).then(page.draw)) : nothing}
      ${made ? madeNote() : nothing}
      ${outcome(said)}
      ${keys === null || made?.first ? nothing : keys.length === 0 ? html`
        ${empty('There is no key yet', 'Programs and people on this machine need none; nobody else is let in.')}` : keyTable()}
      <div class="columns">
        <section class="card" aria-labelledby="make-title">
          <h2 id="make-title">Make a key</h2>
          ${keys?.length === 0 ? html`<p class="note warn">The first key locks the open access: from then on every request needs one,
            this page and the phone system included. So the first one must run the mirror.</p>` : nothing}
          <form class="stacked" @submit=${make}>
            <label for="note">What it is for</label>
            <input id="note" name="note" maxlength="200" autocomplete="off" placeholder="The PBX">
            <fieldset><legend>It may</legend>
              ${scopeNames.map((scope) => html`
                <label class="check"><input type="checkbox" name="scope" value=${scope} ?checked=${scope === 'admin' && keys?.length === 0}>
                  <span>${scopeWords(scope).name}<span class="help">${scopeWords(scope).words}</span></span></label>`)}
            </fieldset>
            <div><button class="primary" aria-disabled=${ready() ? nothing : 'true'}>Make the key</button></div>
          </form>
        </section>
        <section class="card" aria-labelledby="link-title">
          <h2 id="link-title">Sign-in link for an agent</h2>
          <p class="help">Signs a browser in to the calls’ page without a key to type. It can be used once, within an hour.</p>
          <form class="stacked" @submit=${makeLink}>
            <label for="agent">The agent’s name in the phone system</label>
            <input id="agent" name="agent" maxlength="64" autocomplete="off" spellcheck="false" aria-describedby="link-help">
            <p class="help" id="link-help">As it is sent with each call, such as 204 or anna. Left empty: all calls.</p>
            <div><button class="primary" aria-disabled=${ready() ? nothing : 'true'}>Make a link</button></div>
          </form>
          <div role="status">${link ? html`
            <div class="note good link"><p>For ${link.agent || 'all calls'}, until ${exactTime(link.expires_at)}:</p>
              <p class="copied"><code class="secret">${link.url || new URL(link.path, location.href).href}</code> ${copyButton(link.url || new URL(link.path, location.href).href, 'Copy the link')}</p></div>`
            : linkSaid ? html`<p class="note bad">${linkSaid.text}</p>` : nothing}</div>
        </section>
      </div>`,
  }
}
