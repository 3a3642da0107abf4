// Values as people read them. Pure; times are given, not read from a clock.

const regions = new Intl.DisplayNames(['en'], { type: 'region' })
const numbers = new Intl.NumberFormat('en')

// "US" -> "United States"; the codes of numbers of no country ("001") give nothing.
export function countryName(region) {
  if (!/^[A-Z]{2}$/.test(region ?? '')) return ''
  try {
    return regions.of(region) ?? ''
  } catch {
    return ''
  }
}

export const count = (value) => numbers.format(value ?? 0)
export const plural = (value, one, many = `${one}s`) => `${count(value)} ${value === 1 ? one : many}`

// What a phone number looks like at home, with its country; the raw text where it could not be read.
export function numberWords(number) {
  if (!number) return ''
  if (!number.e164) return number.input ?? ''
  return number.national || number.e164
}

// "2 min", "3 h 20 min", "4 days"; never negative.
export function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds))
  if (whole < 60) return `${whole} s`
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
  const days = Math.floor(hours / 24)
  return plural(days, 'day')
}

const secondsBetween = (iso, now) => (now - Date.parse(iso)) / 1000

// "just now", "5 min ago"
export function ago(iso, now) {
  if (!iso) return 'never'
  const seconds = secondsBetween(iso, now)
  return seconds < 5 ? 'just now' : `${duration(seconds)} ago`
}

// "now", "in 5 min"
export function until(iso, now) {
  if (!iso) return ''
  const seconds = -secondsBetween(iso, now)
  return seconds < 1 ? 'now' : `in ${duration(seconds)}`
}

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })
const dayAndClock = new Intl.DateTimeFormat(undefined, {
  month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit',
})

// The time alone on the same day, else with its day; in the browser's own zone and habits.
export function when(iso, now) {
  if (!iso) return ''
  const time = new Date(iso)
  return time.toDateString() === new Date(now).toDateString() ? clock.format(time) : dayAndClock.format(time)
}

export const exactTime = (iso) => (iso ? new Date(iso).toLocaleString() : '')

// An address out of a CRM, if it is one that a click may open; else nothing.
export function safeUrl(text) {
  try {
    const url = new URL(text)
    return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : ''
  } catch {
    return ''
  }
}
