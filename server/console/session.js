// Who uses the page: signs in with a key, or with the one-time code of a link, and shows the page's frame.

import { ApiError, get, post, remove } from './api.js'
import { html, nothing, render } from './vendor/lit-html/lit-html.js'

const pages = [
  { path: '/agent', name: 'Calls', scope: 'agent' },
  { path: '/admin', name: 'Mirror', scope: 'admin' },
]

export const may = (session, scope) => session.scopes.includes(scope)

const codeInAddress = () => new URLSearchParams(location.hash.slice(1)).get('code')

// The code of /agent#code=...; it leaves the address bar and the history at once.
function takeCode() {
  const code = codeInAddress()
  if (code) history.replaceState(null, '', location.pathname)
  return code
}

async function openSession(page) {
  const session = await get('/console/session')
  // On this machine without keys there is nothing to sign in with, but an agent has a name.
  return page.path === '/agent' && !session.signed_in ? null : session
}

async function currentSession(page) {
  const code = takeCode()
  if (!code) return openSession(page)
  try {
    return await post('/console/session', { code })
  } catch (error) {
    // Who is signed in needs no link.
    const session = error.code === 'code_used' ? await openSession(page).catch(() => null) : null
    if (!session) throw error
    return session
  }
}

function signInForm(page, keyless, problem, submit) {
  return html`
    <main class="sign-in">
      <form class="card" @submit=${submit}>
        <h1>${page.path === '/agent' ? 'Who calls' : 'The mirror'}</h1>
        <p class="muted">${page.path === '/agent'
          ? 'This page shows who is calling as the phone rings.'
          : 'This page shows how the copy of your CRMs is doing.'}</p>
        ${keyless ? nothing : html`
          <label for="key">Key</label>
          <input id="key" name="key" type="password" autocomplete="current-password" required autofocus
                 spellcheck="false" aria-describedby="key-help">
          <p class="help" id="key-help">It begins with rdx_ and comes from whoever runs ringdex.</p>`}
        ${page.path === '/agent' ? html`
          <label for="agent">Your name in the phone system</label>
          <input id="agent" name="agent" autocomplete="username" spellcheck="false" aria-describedby="agent-help"
                 maxlength="64">
          <p class="help" id="agent-help">As it is sent with each call, such as 204 or anna. Left empty: all calls.</p>`
          : nothing}
        <p class="problem" role="alert">${problem}</p>
        <button class="primary">Sign in</button>
      </form>
    </main>`
}

function signInWords(error) {
  if (error.status === 401 && error.code === 'code_used') {
    return 'This link was used before or is too old. Ask for a new one, or sign in with a key.'
  }
  if (error.status === 401) return 'This key is not known here. Look whether all of it was copied.'
  if (error.status === 403) return 'This key may not see this page. It needs the scope agent or admin.'
  return error.message
}

// Gives the session once there is one; until then the page is the sign-in form.
export async function signedIn(path, container) {
  const page = pages.find((one) => one.path === path)
  let problem = ''
  let keyless = false
  // A link that is opened where the page stands already changes the address and nothing else.
  addEventListener('hashchange', () => { if (codeInAddress()) location.reload() })
  try {
    const session = await currentSession(page)
    if (session && may(session, page.scope)) return session
    if (session) problem = `You are signed in, but this page needs a key with the scope ${page.scope}.`
    keyless = !session
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    if (error.status === 0 || error.status >= 500) problem = error.message
    if (error.code === 'code_used') problem = signInWords(error)
  }
  return new Promise((done) => {
    const submit = async (event) => {
      event.preventDefault()
      const form = new FormData(event.target)
      const button = event.target.querySelector('button')
      button.disabled = true
      const given = { key: form.get('key')?.trim(), agent: form.get('agent')?.trim() }
      try {
        const session = await post('/console/session', Object.fromEntries(Object.entries(given).filter(([, v]) => v)))
        if (may(session, page.scope)) return done(session)
        show(`This key may not see this page. It needs the scope ${page.scope}.`)
      } catch (error) {
        show(error instanceof ApiError ? signInWords(error) : String(error))
      }
      button.disabled = false
    }
    const show = (words) => render(signInForm(page, keyless, words, submit), container)
    show(problem)
    container.querySelector('input')?.focus()
  })
}

async function signOut() {
  await remove('/console/session').catch(() => {})
  location.reload()
}

// The frame around a page: `extra` stands beside the account.
export function frame(session, path, content, extra = nothing) {
  return html`
    <a class="skip" href="#content">To the content</a>
    <header class="bar">
      <span class="brand"><img src="/console/icon.svg" alt="" width="24" height="24"> ringdex</span>
      <nav aria-label="Pages">
        ${pages.filter((page) => may(session, page.scope)).map((page) => html`
          <a href=${page.path} aria-current=${page.path === path ? 'page' : nothing}>${page.name}</a>`)}
      </nav>
      <span class="spacer"></span>
      ${extra}
      <span class="who muted">${session.agent ? `${session.agent} · ` : nothing}${session.account}</span>
      ${session.signed_in ? html`<button class="quiet" @click=${signOut}>Sign out</button>` : nothing}
    </header>
    <main id="content" tabindex="-1">${content}</main>`
}

// A request was refused since nobody is signed in any more: begin anew.
export function signInAgain(error) {
  if (!(error instanceof ApiError) || error.status !== 401) return false
  location.reload()
  return true
}
