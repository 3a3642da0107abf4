import { html } from '../vendor/lit-html/lit-html.js'

// A choice of one source or all; `chosen` gets its id, or nothing for all.
export function sourceFilter(page, source, chosen) {
  const known = page.names.all()
  // A source that is gone from the configuration still has its history.
  const listed = source === '' || known.some((one) => one.id === source) ? known : [...known, { id: source, label: source }]
  return html`
    <label class="field">Source
      <select @change=${(event) => chosen(event.target.value)}>
        <option value="" ?selected=${source === ''}>All sources</option>
        ${listed.map((one) => html`<option value=${one.id} ?selected=${one.id === source}>${one.label || one.id}</option>`)}
      </select>
    </label>`
}
