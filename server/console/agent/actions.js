// What an agent does to a call. A choice is shown at once, as long as the server has not refused it.

import { post, put, segment } from '../api.js'
import { callerOf, candidateOf } from './caller.js'

const pickRefusals = {
  record_deleted: 'That record was deleted in its CRM meanwhile.',
  record_unknown: 'That record is not known here any more.',
  call_unknown: 'The server does not know this call any more.',
}

// Somebody waits for it with a caller on the phone.
const inTime = { seconds: 15 }

export class Actions {
  #book
  #agent
  #told
  // By call: {record, undo, next}; `next` is what was asked for while it was under way.
  #pending = new Map()
  #problems = new Map()
  // By call: {busy, problem, saved}
  #naming = new Map()

  // `told` has changed(), say(words) and failed(error), which gives true where nothing is to be said.
  constructor(book, agent, told) {
    this.#book = book
    this.#agent = agent
    this.#told = told
  }

  pendingOf(id) { return this.#pending.get(id) ?? null }
  problemOf(id) { return this.#problems.get(id) ?? '' }
  namingOf(id) { return this.#naming.get(id) ?? {} }

  // Forgets what was about calls that are not known any more.
  keepOnly(ids) {
    for (const map of [this.#problems, this.#naming]) {
      for (const id of map.keys()) if (!ids.has(id)) map.delete(id)
    }
  }

  pick(id, record) {
    const entry = this.#book.get(id)
    if (!entry) return
    const under = this.#pending.get(id)
    if (!under && entry.call.picked && candidateOf(entry.answer, entry.call.picked.record)?.id === record) return
    this.#change(id, { record, undo: null })
  }

  // Only of the pick that is seen: another's, which came meanwhile, stays.
  undo(id) {
    const picked = this.#book.get(id)?.call.picked
    if (!picked || this.#pending.has(id)) return
    this.#change(id, { record: null, undo: picked.record })
  }

  #change(id, wanted) {
    this.#problems.delete(id)
    const under = this.#pending.get(id)
    if (under) {
      this.#pending.set(id, { ...wanted, next: true })
      this.#told.changed()
      return
    }
    this.#pending.set(id, wanted)
    this.#told.changed()
    this.#send(id, wanted)
  }

  async #send(id, wanted) {
    const since = this.#book.newest
    const body = wanted.undo ? { record: null, picked: wanted.undo } : { record: wanted.record }
    if (this.#agent) body.agent = this.#agent
    let problem = ''
    let told = null
    try {
      told = await post(`/v1/calls/${segment(id)}/pick`, body, inTime)
      this.#book.takeTold(told, since)
    } catch (error) {
      if (this.#told.failed(error)) return
      problem = pickRefusals[error.code] ?? error.message
    }
    const now = this.#pending.get(id)
    if (now?.next) {
      const next = { record: now.record, undo: now.undo }
      this.#pending.set(id, next)
      return this.#send(id, next)
    }
    this.#pending.delete(id)
    if (problem) {
      const words = wanted.undo ? `The choice was not taken back. ${problem}` : `The choice was not saved. ${problem}`
      this.#problems.set(id, words)
      this.#told.say(words)
    } else {
      // Of the answer, since the book may have heard of something else meanwhile.
      const name = callerOf({ call: told.call, answer: told.number ? told : this.#book.get(id)?.answer ?? {} }).name
      this.#told.say(wanted.undo ? `Choice taken back. Shown: ${name}` : `Chosen: ${name}`)
    }
    this.#told.changed()
  }

  // Gives the caller's number a name: a record of its own, or the name of the one that was made for it.
  async name(id, { name, organization }) {
    const entry = this.#book.get(id)
    if (!entry || this.#naming.get(id)?.busy) return false
    const { candidate } = callerOf(entry)
    const number = entry.answer.number?.e164
    const person = { name, organization, phones: number ? [number] : [] }
    this.#naming.set(id, { busy: true })
    this.#told.changed()
    try {
      if (candidate?.kind === 'local') await put(`/v1/records/${segment(candidate.id)}`, person)
      else await post('/v1/records', person, inTime)
      this.#naming.set(id, { saved: name || organization })
      this.#told.say(`Saved as ${name || organization}`)
    } catch (error) {
      if (this.#told.failed(error)) return false
      this.#naming.set(id, { problem: nameRefusal(error) })
      this.#told.say(nameRefusal(error))
    }
    this.#told.changed()
    return !this.#naming.get(id).problem
  }
}

function nameRefusal(error) {
  if (error.code === 'number_known') {
    return `Not saved: this number belongs to somebody by now (${error.message}). The next call shows who.`
  }
  if (error.code === 'record_gave_way' || error.code === 'record_deleted') {
    return `Not saved: a CRM knows this number by now (${error.message}).`
  }
  return `Not saved. ${error.message}`
}
