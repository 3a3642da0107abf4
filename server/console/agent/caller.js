// Who a call is from or to, in words. Pure.

import { countryName, numberWords, when } from '../words.js'

export const otherParty = (call) => (call.direction === 'outbound' ? call.to : call.from)

// A local record that nobody named yet bears its number as its name.
const isUnnamed = (candidate, answer) => candidate.kind === 'local' && candidate.name === answer.number?.e164

export const candidateOf = (answer, record) =>
  answer.candidates?.find((one) => one.id === record || one.records.some(({ id }) => id === record))

// What of an answer is shown: the pick, else the default. `wanted` is a pick that the server has not confirmed yet.
function shownRecord({ call, answer }, wanted) {
  if (wanted) return { id: wanted, name: '' }
  if (call.picked) return { id: call.picked.record, name: call.picked.name }
  return answer.default ? { id: answer.default, name: '' } : null
}

const unmatchable = {
  withheld: 'Number withheld',
  own_number: 'A line of your own company',
  extension: 'An internal extension',
  not_a_number: 'No phone number was sent',
}

// {kind, name, detail, candidate, record}: `kind` is "known", "unknown", "nobody" (cannot be known) or "awaited".
export function callerOf(entry, wanted = null) {
  const { call, answer } = entry
  const number = numberWords(answer.number) || otherParty(call)
  const shown = shownRecord(entry, wanted)
  if (shown) {
    const candidate = candidateOf(answer, shown.id)
    if (candidate && isUnnamed(candidate, answer) && !shown.name) {
      return { kind: 'unknown', name: number, detail: 'Unknown caller', candidate, record: candidate.id }
    }
    const name = candidate?.name || shown.name || shown.id
    const organization = candidate && candidate.organization !== name ? candidate.organization : ''
    return { kind: 'known', name, detail: organization, candidate, record: shown.id }
  }
  if (answer.unmatchable) {
    const words = unmatchable[answer.unmatchable] ?? 'The caller cannot be known'
    return answer.unmatchable === 'withheld' || number === ''
      ? { kind: 'nobody', name: words, detail: answer.unmatchable === 'withheld' ? 'The caller does not show it' : '' }
      : { kind: 'nobody', name: number, detail: words }
  }
  if (call.about) return { kind: 'awaited', name: number, detail: 'Whom this call was started from is not here yet' }
  return {
    kind: 'unknown', name: number || 'Unknown caller',
    detail: call.direction === 'outbound' ? 'Nobody known has this number' : 'Unknown caller',
  }
}

// The number under the name: national form, country, international form; without what the name says already.
export function numberLine({ call, answer }, caller) {
  const number = answer.number
  if (answer.unmatchable === 'withheld') return []
  if (!number?.e164) return [otherParty(call)].filter((text) => text && text !== caller.name)
  const parts = [numberWords(number), countryName(number.region), number.e164]
  if (number.extension) parts.push(`extension ${number.extension}`)
  return parts.filter((text, at) => text && text !== caller.name && parts.indexOf(text) === at)
}

// A time in the server's words as people here read it.
const withTimes = (text, now) =>
  text.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, (iso) => when(iso, now) || iso)

// Why this one is shown; '' where there is nothing to explain.
export function reasonWords({ call, answer }, now) {
  if (call.picked) {
    const who = call.picked.agent ? `${call.picked.agent} chose` : 'Chosen'
    return `${who} this at ${when(call.picked.at, now)}.`
  }
  const because = answer.default_reason?.because
  if (!because) return ''
  if (!answer.default) return `Nobody is shown: ${withTimes(because, now)}.`
  return answer.candidates.length > 1 || answer.default_reason.rule !== 'only_candidate'
    ? `Shown first: ${withTimes(because, now)}.` : ''
}

// "3 people have this number, all of Thornbury Glass Ltd"
export function candidatesWords(answer) {
  const listed = answer.candidates?.length ?? 0
  if (listed === 0) return ''
  const total = answer.total ?? listed
  const people = total === 1 ? '1 person has this number' : `${total} people have this number`
  const shared = answer.shared?.organization ? `, all of ${answer.shared.organization}` : ''
  return `${people}${total > listed ? `, the first ${listed} are listed` : ''}${shared}`
}

export function lineWords(call) {
  if (call.direction === 'outbound') return call.line || call.from ? `from ${call.line || call.from}` : ''
  return call.line || call.to ? `to ${call.line || call.to}` : ''
}

export const directionWords = (call) => (call.direction === 'outbound' ? 'Outgoing call' : 'Incoming call')

// What a screen reader says: "Incoming call: Ada Whitlock, Whitlock & Daughters"
export function spoken(entry) {
  const caller = callerOf(entry)
  return `${directionWords(entry.call)}: ${[caller.name, caller.detail].filter(Boolean).join(', ')}`
}

// "0:07", "1:02:03"
export function clockWords(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000))
  const two = (value) => String(value).padStart(2, '0')
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor(seconds / 60) % 60
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`
}

// {words, tone, time}: `time` is what runs, if anything does.
export function stateOf(entry, now) {
  const { call, phase } = entry
  const since = (iso) => clockWords(now - Date.parse(iso))
  switch (phase) {
    case 'ringing':
      return { words: call.direction === 'outbound' ? 'Calling' : 'Ringing', tone: 'accent', time: since(call.started_at) }
    case 'answered':
      return { words: 'On the phone', tone: 'good', time: since(call.answered_at ?? call.started_at) }
    case 'elsewhere':
      return { words: 'Answered by', by: call.answered_by, tone: '', time: '' }
    case 'ended':
      return { words: call.answered_at ? 'Ended' : 'Not answered', tone: call.answered_at ? '' : 'warn',
        time: when(call.ended_at, now) }
    default:
      return { words: call.answered_at ? 'Answered' : call.direction === 'outbound' ? 'Called' : 'Rang', tone: '',
        time: when(call.answered_at ?? call.started_at, now) }
  }
}
