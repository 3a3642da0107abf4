// Buttons that copy a text, with what came of it beside them, for a moment.

import { html } from '../vendor/lit-html/lit-html.js'

const saidFor = 4_000

// Gives the template of a button. What is said is about one text: the button of another one says nothing.
export function copyButtons(draw) {
  let done = null

  function say(text, words) {
    clearTimeout(done?.timer)
    const timer = setTimeout(() => {
      done = null
      draw()
    }, saidFor)
    done = { text, words, timer }
    draw()
  }
  async function copy(button, text) {
    try {
      await navigator.clipboard.writeText(text)
      say(text, 'Copied')
    } catch {
      // Without a clipboard (plain http from another machine) the text is selected, for Ctrl+C.
      const shown = button.parentElement.querySelector('.secret')
      if (shown) getSelection().selectAllChildren(shown)
      say(text, 'Press Ctrl+C')
    }
  }
  return (text, words = 'Copy') => html`
    <button class="copy" @click=${(event) => copy(event.currentTarget, text)}>${words}</button>
    <span class="copy-said help" role="status">${done?.text === text ? done.words : ''}</span>`
}
