// Charts as geometry: points in, paths and places out. Pure; nothing here knows the page or a clock.

// A value of the domain to a place in the range, both [from, to].
export function scale([from, to], [first, last]) {
  const width = to - from || 1
  return (value) => first + ((value - from) / width) * (last - first)
}

// Round values from 0 up to at least `max`, about `wanted` steps: [0, 50, 100].
export function niceTicks(max, wanted = 4) {
  if (!(max > 0) || !Number.isFinite(max)) return [0, 1]
  const rough = max / wanted
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 2.5, 5, 10].map((one) => one * power).find((one) => one >= rough * (1 - 1e-9))
  const steps = Math.max(1, Math.ceil(max / step - 1e-9))
  return Array.from({ length: steps + 1 }, (_, i) => Number((i * step).toPrecision(12)))
}

// The same for what is counted: no halves.
export function countTicks(max, wanted = 4) {
  if (max < wanted) return Array.from({ length: Math.max(1, Math.ceil(max)) + 1 }, (_, i) => i)
  const ticks = niceTicks(max, wanted)
  return ticks.every(Number.isInteger) ? ticks : niceTicks(Math.ceil(max / 10) * 10, wanted).filter(Number.isInteger)
}

// Every period between `from` and `to` (milliseconds), with its point or null. Points lie on periods of their own,
// so these begin where the points do.
export function filled(points, from, to, period) {
  const byTime = new Map(points.map((point) => [Date.parse(point.at), point]))
  const anchor = points.length > 0 ? Date.parse(points[0].at) : from
  const begin = anchor - Math.floor((anchor - from) / period) * period
  const slots = []
  for (let time = begin; time < to && slots.length < slotsMax; time += period) {
    slots.push({ time, point: byTime.get(time) ?? null })
  }
  return slots
}
const slotsMax = 2_000

const round = (value) => Math.round(value * 10) / 10

// A line through the values, broken where there is none. A value between two gaps would be no line, so it is given
// in `dots`.
export function linePath(values, x, y) {
  let path = ''
  const dots = []
  values.forEach((value, i) => {
    if (value === null) return
    const joined = i > 0 && values[i - 1] !== null
    if (!joined && (i + 1 === values.length || values[i + 1] === null)) dots.push({ x: round(x(i)), y: round(y(value)) })
    else path += `${joined ? 'L' : 'M'}${round(x(i))} ${round(y(value))}`
  })
  return { path, dots }
}

// Bars of stacked parts: for each part one path of all its rectangles. `rows` holds the parts' values, bottom first.
export function stackedBars(rows, x, y, width) {
  const parts = rows.length === 0 ? [] : rows[0].map(() => '')
  rows.forEach((row, i) => {
    let below = 0
    row.forEach((value, part) => {
      if (value <= 0) return
      const [bottom, top] = [round(y(below)), round(y(below + value))]
      below += value
      parts[part] += `M${round(x(i) - width / 2)} ${bottom}V${top}h${round(width)}V${bottom}Z`
    })
  })
  return parts
}

// Where times are written under a chart: midnights, months or every few hours, in the zone of the browser or in UTC; about no
// more than `fit`.
export function timeTicks(from, to, fit, inUtc = false) {
  const hour = 3_600_000
  const steps = [{ hours: 1 }, { hours: 3 }, { hours: 6 }, { hours: 12 }, { days: 1 }, { days: 2 }, { days: 7 }, { days: 14 },
    { months: 1 }, { months: 2 }, { months: 3 }, { months: 6 }, { months: 12 }]
  const length = ({ hours = 0, days = 0, months = 0 }) => hours * hour + days * 24 * hour + months * 30.4 * 24 * hour
  const step = steps.find((one) => (to - from) / length(one) <= Math.max(1, fit)) ?? steps.at(-1)
  const at = new Date(from)
  const get = (part) => at[`get${inUtc ? 'UTC' : ''}${part}`]()
  const set = (part, ...values) => at[`set${inUtc ? 'UTC' : ''}${part}`](...values)
  set('Minutes', 0, 0, 0)
  if (step.hours) set('Hours', Math.floor(get('Hours') / step.hours) * step.hours)
  else set('Hours', 0)
  if (step.months) set('Month', Math.floor(get('Month') / step.months) * step.months, 1)
  const ticks = []
  while (at.getTime() <= to && ticks.length < 100) {
    if (at.getTime() >= from) ticks.push(at.getTime())
    if (step.months) set('Month', get('Month') + step.months)
    else if (step.days) set('Date', get('Date') + step.days)
    else at.setTime(at.getTime() + step.hours * hour)
  }
  return { ticks, unit: step.months ? 'month' : step.days ? 'day' : 'hour' }
}
