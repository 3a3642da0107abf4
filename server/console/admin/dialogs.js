// Questions that must be answered before something is removed. One at a time, in a <dialog>, which keeps the focus
// and gives it back.

import { html, nothing } from '../vendor/lit-html/lit-html.js'

// {title, text, action, typed?}: `typed` is a text that must be typed before the action can be had.
export function questions(draw) {
  let open = null

  function answer(value) {
    const answered = open
    open = null
    document.querySelector('dialog.question')?.close()
    draw()
    answered?.done(value)
  }

  return {
    ask(question) {
      if (open) answer(false)
      return new Promise((done) => {
        open = { ...question, done, given: '' }
        draw()
        document.querySelector('dialog.question').showModal()
      })
    },
    template() {
      if (!open) return nothing
      const matches = open.typed === undefined || open.given === open.typed
      const type = (event) => {
        open.given = event.target.value
        draw()
      }
      const submit = (event) => {
        event.preventDefault()
        if (matches) answer(true)
      }
      return html`
        <dialog class="question" aria-labelledby="question-title" @cancel=${(event) => { event.preventDefault(); answer(false) }}>
          <form @submit=${submit}>
            <h2 id="question-title">${open.title}</h2>
            <p>${open.text}</p>
            ${open.typed === undefined ? nothing : html`
              <label for="question-typed">To go on, type <strong class="typed">${open.typed}</strong></label>
              <input id="question-typed" autocomplete="off" autocapitalize="none" spellcheck="false" @input=${type}
                     aria-describedby="question-match">
              <p class="help" id="question-match" role="status">${matches || open.given === '' ? nothing
                : 'That is not the same text.'}</p>`}
            <div class="buttons">
              <button type="button" @click=${() => answer(false)}>Cancel</button>
              <button class=${open.harmless ? 'primary' : 'danger'} ?disabled=${!matches}>${open.action}</button>
            </div>
          </form>
        </dialog>`
    },
  }
}
