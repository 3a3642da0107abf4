// Where the focus goes when what has it is moved or gone, and which calls somebody is writing about.

// The calls whose "Who is it?" is being filled in.
export function callsInUse(container) {
  const isWritten = (form) => [...form.querySelectorAll('input')].some(({ value }) => value.trim() !== '')
  const forms = [...container.querySelectorAll('.who-is-it')]
  const inUse = forms.filter((form) => form.contains(document.activeElement) || isWritten(form))
  return new Set(inUse.map((form) => form.closest('[data-call]').dataset.call))
}

// Selectors of what is nearest to what has the focus, asked for before the page is drawn.
export function placesAround(focused) {
  const card = focused?.closest?.('[data-call]')
  if (!card) return focused?.closest?.('.history') ? ['#history-title', '#content'] : ['#content']
  const near = [card, card.nextElementSibling, card.previousElementSibling].filter((one) => one?.dataset.who)
  return [...near.map((one) => `#name-${one.dataset.who}`), '.live h2.who', '#content']
}

// Afterwards: the same element where it is still there, else the nearest place.
export function keepFocus(container, focused, places) {
  if (!focused || focused === document.body || document.activeElement === focused) return
  const place = focused.isConnected
    ? focused : places.map((selector) => container.querySelector(selector)).find((one) => one !== null)
  place?.focus({ preventScroll: true })
}
