// What the phone system asked: how much, how often somebody was known, how fast.

import { html, nothing, svg } from '../vendor/lit-html/lit-html.js'
import { count } from '../words.js'
import { countTicks, filled, linePath, niceTicks, scale, stackedBars, timeTicks } from './chart.js'
import { empty, problemNote } from './pieces.js'
import { hashOf } from './routes.js'

const ranges = { day: 'Day', week: 'Week', month: 'Month', year: 'Year' }
const height = 170
const margin = { left: 52, right: 10, top: 10, bottom: 24 }

export const hitRate = (point) => (point && point.lookups > 0 ? point.found / point.lookups : null)

// 35 -> "35 µs", 1234 -> "1.2 ms"
export function microseconds(value) {
  if (value === null || value === undefined) return ''
  if (value < 1_000) return `${Math.round(value)} µs`
  if (value < 1_000_000) return `${(value / 1_000).toFixed(value < 10_000 ? 1 : 0)} ms`
  return `${(value / 1_000_000).toFixed(1)} s`
}
const percent = (share) => (share === null ? '–' : `${(share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`)

const hourFormat = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })
const dayFormat = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric' })
const monthFormat = new Intl.DateTimeFormat(undefined, { month: 'short' })
const dayHourFormat = new Intl.DateTimeFormat(undefined, { weekday: 'short', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' })
const tickFormats = { hour: hourFormat, day: dayFormat, month: monthFormat }
// The server counts by days of UTC, whose names they keep in any zone.
const utc = { timeZone: 'UTC' }
const longDayFormat = new Intl.DateTimeFormat(undefined, { weekday: 'short', month: 'short', day: 'numeric', year: 'numeric', ...utc })
const utcTickFormats = {
  hour: new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', ...utc }),
  day: new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric', ...utc }),
  month: new Intl.DateTimeFormat(undefined, { month: 'short', ...utc }),
}
const byDays = (period) => period >= 86_400_000

export function slotName(time, period) {
  return byDays(period) ? longDayFormat.format(time) : dayHourFormat.format(time)
}

// One period in words, for the reading line and the slider.
export function readingWords(slot, period) {
  const name = slotName(slot.time, period)
  const point = slot.point
  if (!point || point.lookups === 0) return `${name}: no lookup`
  return `${name}: ${count(point.lookups)} ${point.lookups === 1 ? 'lookup' : 'lookups'}, ${percent(hitRate(point))} found`
    + `${point.many > 0 ? ` (${count(point.many)} of several people)` : ''}; half within ${microseconds(point.p50_us)}, 99 % within ${microseconds(point.p99_us)}`
}

export function usageView(page, route) {
  const range = Object.hasOwn(ranges, route.query.range) ? route.query.range : 'day'
  let usage = null
  let slots = []
  let problem = null
  let reading = null
  let asTable = false
  let width = 640
  const sized = new ResizeObserver(([entry]) => {
    const measured = Math.max(240, Math.floor(entry.contentRect.width))
    if (measured !== width) {
      width = measured
      page.draw()
    }
  })
  let watched = null

  async function refresh() {
    try {
      usage = await page.get('/v1/usage', { range })
      slots = filled(usage.points, Date.parse(usage.from), Date.parse(usage.to), usage.period_seconds * 1_000)
      problem = null
      page.draw()
      measure()
    } catch (error) {
      if (!usage) problem = error
      throw error
    }
  }

  // The charts are as wide as their room, with text of the same size in any.
  function measure() {
    const box = document.querySelector('.charts')
    if (!box || box === watched) return
    sized.disconnect()
    sized.observe(box)
    watched = box
  }
  function toggle() {
    asTable = !asTable
    page.draw()
    measure()
  }

  const x = () => scale([-0.5, slots.length - 0.5], [margin.left, width - margin.right])
  const plotTop = margin.top
  const plotBottom = height - margin.bottom
  const last = () => {
    for (let i = slots.length - 1; i >= 0; i -= 1) if (slots[i].point) return i
    return slots.length - 1
  }
  const readAt = () => Math.min(slots.length - 1, reading ?? last())

  function point(event) {
    const box = event.currentTarget.getBoundingClientRect()
    const share = ((event.clientX - box.left) * (width / box.width) - margin.left) / (width - margin.left - margin.right)
    const at = Math.min(slots.length - 1, Math.max(0, Math.floor(share * slots.length)))
    if (at !== reading) {
      reading = at
      page.draw()
    }
  }

  function frame(name, ticks, tickWords, body) {
    const place = x()
    const y = scale([0, ticks.at(-1)], [plotBottom, plotTop])
    const period = usage.period_seconds * 1_000
    const times = timeTicks(slots[0].time, slots.at(-1).time + period, (width - margin.left) / 76, byDays(period))
    const timePlace = scale([slots[0].time, slots.at(-1).time + period], [margin.left, width - margin.right])
    return html`
      <svg class="chart" role="img" aria-label=${`${name}. The same data can be shown as a table.`} viewBox="0 0 ${width} ${height}" width=${width}
           height=${height} @pointermove=${point} @pointerdown=${point}>
        ${ticks.map((tick) => svg`
          <line class="grid" x1=${margin.left} x2=${width - margin.right} y1=${y(tick)} y2=${y(tick)}></line>
          <text class="axis" x=${margin.left - 8} y=${y(tick) + 4} text-anchor="end">${tickWords(tick)}</text>`)}
        ${times.ticks.map((time) => svg`
          <line class="tick" x1=${timePlace(time)} x2=${timePlace(time)} y1=${plotBottom} y2=${plotBottom + 4}></line>
          <text class="axis" x=${Math.min(Math.max(timePlace(time), margin.left), width - margin.right - 16)} y=${height - 6} text-anchor="middle">${(byDays(period) ? utcTickFormats : tickFormats)[times.unit].format(time)}</text>`)}
        ${body(place, y)}
        <line class="reading" x1=${place(readAt())} x2=${place(readAt())} y1=${plotTop} y2=${plotBottom}></line>
      </svg>`
  }
  const lines = (values, place, y, style) => {
    const { path, dots } = linePath(values, place, y)
    return svg`<path class="line ${style}" d=${path}></path>${dots.map((dot) => svg`<circle class="dot ${style}" cx=${dot.x} cy=${dot.y} r="2.5"></circle>`)}`
  }

  function lookupsChart() {
    const rows = slots.map(({ point: one }) => (one ? [one.found, one.none, one.unmatchable] : [0, 0, 0]))
    const max = Math.max(...rows.map((row) => row[0] + row[1] + row[2]))
    return frame('Lookups over time', countTicks(max), (tick) => count(tick), (place, y) => {
      const bar = Math.max(1, (place(1) - place(0)) * 0.8)
      const styles = ['found', 'nobody', 'unmatchable']
      return stackedBars(rows, place, y, bar).map((path, part) => svg`<path class="bar ${styles[part]}" d=${path}></path>`)
    })
  }
  const rateChart = () => frame('Share of lookups that found somebody, over time', [0, 0.25, 0.5, 0.75, 1], (tick) => `${tick * 100} %`,
    (place, y) => lines(slots.map((slot) => hitRate(slot.point)), place, y, 'found'))
  function latencyChart() {
    const p99 = slots.map(({ point: one }) => (one && one.lookups > 0 ? one.p99_us : null))
    const p50 = slots.map(({ point: one }) => (one && one.lookups > 0 ? one.p50_us : null))
    return frame('Time of a lookup in the server', niceTicks(Math.max(1, ...p99.map((one) => one ?? 0))), microseconds,
      (place, y) => [lines(p99, place, y, 'slow'), lines(p50, place, y, 'found')])
  }

  const charts = () => html`
    <div class="reading-line card">
      <label for="reading">Read the charts at</label>
      <input id="reading" type="range" min="0" max=${slots.length - 1} step="1" .value=${String(readAt())}
             aria-valuetext=${readingWords(slots[readAt()], usage.period_seconds * 1_000)} @input=${(event) => { reading = Number(event.target.value); page.draw() }}>
      <output class="figures" for="reading">${readingWords(slots[readAt()], usage.period_seconds * 1_000)}</output>
    </div>
    <div class="charts">
      <figure class="card"><figcaption><h2>Lookups</h2>
        <ul class="plain legend"><li class="found">somebody found</li><li class="nobody">nobody known</li><li class="unmatchable">withheld or no number</li></ul></figcaption>
        ${lookupsChart()}</figure>
      <figure class="card"><figcaption><h2>Hit rate</h2><p class="help">Share of lookups that found somebody.</p></figcaption>${rateChart()}</figure>
      <figure class="card"><figcaption><h2>Latency</h2>
        <ul class="plain legend"><li class="found line">half are faster</li><li class="slow line">99 % are faster</li></ul></figcaption>
        ${latencyChart()}</figure>
    </div>`

  const table = () => html`
    <div class="scroll" tabindex="0" role="group" aria-label="Usage"><table class="usage">
      <thead><tr><th scope="col">From</th>${['Lookups', 'Found', 'Several', 'Nobody', 'No number', 'Hit rate', 'Half within', '99 % within']
        .map((name) => html`<th scope="col" class="number">${name}</th>`)}</tr></thead>
      <tbody>${usage.points.map((one) => html`
        <tr><th scope="row" class="nowrap">${slotName(Date.parse(one.at), usage.period_seconds * 1_000)}</th>
          ${[count(one.lookups), count(one.found), count(one.many), count(one.none), count(one.unmatchable), percent(hitRate(one)),
            microseconds(one.p50_us), microseconds(one.p99_us)].map((value) => html`<td class="number nowrap">${value}</td>`)}</tr>`)}
      </tbody></table></div>`

  const tile = (name, value) => html`<div><dt>${name}</dt><dd class="figures">${value}</dd></div>`

  return {
    title: 'Usage',
    every: 10_000,
    get problem() { return problem },
    refresh,
    close: () => sized.disconnect(),
    template: () => html`
      <h1 tabindex="-1">Usage</h1>
      <div class="filters">
        <nav class="ranges" aria-label="Range">${Object.entries(ranges).map(([id, name]) => html`
          <a href=${hashOf('usage', [], { range: id })} aria-current=${id === range ? 'true' : nothing}>${name}</a>`)}</nav>
        <span class="spacer"></span>
        <button aria-pressed=${asTable ? 'true' : 'false'} ?disabled=${!usage?.points.length} @click=${toggle}>
          ${asTable ? 'Show as chart' : 'Show as table'}</button>
      </div>
      ${problem ? problemNote(problem, () => refresh().catch(() => {}).then(page.draw)) : nothing}
      ${usage === null ? html`<div class="card waiting" aria-busy="true"></div>` : html`
        <dl class="tiles card">${tile('Lookups', count(usage.total.lookups))}${tile('Hit rate', percent(hitRate(usage.total)))}
          ${tile('Half are answered within', microseconds(usage.total.p50_us) || '–')}${tile('99 % are answered within', microseconds(usage.total.p99_us) || '–')}</dl>
        ${byDays(usage.period_seconds * 1_000) ? html`<p class="help">Days are those of UTC.</p>` : nothing}
        ${usage.points.length === 0 ? empty(`No lookup in the last ${range}`, 'As soon as the phone system asks who is calling, it is counted here.')
          : asTable ? table() : charts()}`}`,
  }
}
