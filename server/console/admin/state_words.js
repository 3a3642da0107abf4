// What the server's words mean, for people. A word that is not known here, of a newer server, is shown as it is.

const said = (table, word) => (Object.hasOwn(table, word ?? '') ? table[word] : null)

// A word as it is, with blanks for underscores.
export const plainWord = (word) => String(word ?? '').replaceAll('_', ' ')

const states = {
  idle: { name: 'Up to date', tone: 'good', words: 'The copy is in step and waits for its next run.' },
  running: { name: 'Syncing', tone: 'accent', words: 'Reading from the source now. Lookups go on meanwhile.' },
  backing_off: { name: 'Waiting to try again', tone: 'warn', words: 'The source is busy or away. It tries again by itself; lookups go on with what is here.' },
  needs_credential: { name: 'Sign-in refused', tone: 'bad', words: 'The source refuses the credential. Correct it in the configuration and restart the server. Lookups go on with what is here.' },
  needs_confirmation: { name: 'Needs your decision', tone: 'warn', words: 'A complete listing would remove unusually many records. Nothing is removed until you confirm it.' },
  limit_reached: { name: 'Limit reached', tone: 'warn', words: 'The source has more records than records_max allows. Raise it in the configuration to go on.' },
  paused: { name: 'Paused', tone: '', words: 'Switched off for now by an admin. What is here stays; webhooks are still applied.' },
  disabled: { name: 'Disabled', tone: '', words: 'Switched off by an admin. Nothing is asked of the source, and its webhooks wait.' },
}
export const stateWords = (state) => said(states, state) ?? { name: plainWord(state) || 'Unknown', tone: '', words: '' }

const types = { csv: 'CSV file', pipedrive: 'Pipedrive', salesforce: 'Salesforce', zendesk: 'Zendesk' }
export const typeWords = (type) => said(types, type) ?? String(type ?? '')

const kinds = { delta: 'Changes', full: 'Full copy', sweep: 'Sweep', single: 'Single record' }
export const runKindWords = (kind) => said(kinds, kind) ?? plainWord(kind)

const outcomes = {
  running: { name: 'Running', tone: 'accent' },
  finished: { name: 'Finished', tone: 'good' },
  failed: { name: 'Failed', tone: 'bad' },
  interrupted: { name: 'Interrupted', tone: 'warn' },
  replaced: { name: 'Gave way', tone: '' },
  paused: { name: 'Paused', tone: '' },
  needs_confirmation: { name: 'Needs confirmation', tone: 'warn' },
  limit_reached: { name: 'Limit reached', tone: 'warn' },
}
export const runOutcomeWords = (outcome) => said(outcomes, outcome) ?? { name: plainWord(outcome), tone: '' }

const causes = { sync: 'Runs', webhook: 'Webhooks', resync: 'Fetched on demand', live: 'Asked while it rang' }
export const causeWords = (cause) => said(causes, cause) ?? plainWord(cause)

const rejects = {
  no_name: 'It has neither a name nor an organization.',
  too_many_phones: 'It has more phone numbers than are taken of one record.',
  too_many_emails: 'It has more e-mail addresses than are taken of one record.',
  no_external_id: 'It has no id of its own, so it could not be kept in step.',
  bad_row: 'The row could not be read.',
}
export const rejectWords = (reason) => said(rejects, reason) ?? plainWord(reason)

const events = {
  refetch: 'Changed: fetched again', deleted: 'Deleted', merged: 'Merged', organization: 'Organization changed', ignored: 'Of no use here',
}
export const eventKindWords = (kind) => said(events, kind) ?? plainWord(kind)

const eventOutcomes = {
  waiting: { name: 'Waiting', tone: 'accent', words: 'Stored, and not yet applied.' },
  applied: { name: 'Applied', tone: 'good', words: '' },
  unchanged: { name: 'Nothing to change', tone: '', words: 'What it told was here already.' },
  ignored: { name: 'Ignored', tone: '', words: 'It is about something that is not copied.' },
  given_up: { name: 'Given up', tone: 'bad', words: 'The source did not give the record. The next run brings it.' },
}
export const eventOutcomeWords = (outcome) => said(eventOutcomes, outcome) ?? { name: plainWord(outcome), tone: '', words: '' }

const unmatchable = {
  withheld: 'The caller withholds the number. Nobody can be looked up.',
  not_a_number: 'This is not a phone number that can be read.',
  extension: 'This is too short to be a public number; it looks like an extension of your own phone system.',
  own_number: 'This is a line of your own company, which is never a caller.',
}
export const unmatchableWords = (why) => said(unmatchable, why) ?? plainWord(why)

const scopes = {
  lookup: { name: 'Look up callers', words: 'For the phone system: ask who has a number, read records.' },
  agent: { name: 'Take calls', words: 'For an agent’s screen: see who calls, pick who it is, name unknown callers.' },
  admin: { name: 'Run the mirror', words: 'For you: this page, with everything that it can start, stop and remove.' },
  metrics: { name: 'Read measurements', words: 'For monitoring: Prometheus’ metrics.' },
}
export const scopeNames = Object.keys(scopes)
export const scopeWords = (scope) => said(scopes, scope) ?? { name: plainWord(scope), words: '' }

// The CRM is slower than the server waits for it; the record may still change.
export const goesOn = (answer) => answer.outcome === 'unreachable' && /; the resync goes on$/.test(answer.detail ?? '')

// What a forced fetch of one record came to. A detail tells why an outcome is not what it looks like: something came and was
// left out, or did not come and was kept.
export function resyncWords(answer, label) {
  const why = answer.detail ? `: ${answer.detail}.` : ''
  switch (answer.outcome) {
    case 'updated': return { tone: 'good', text: `Fetched from ${label}: it had changed, and what you see is up to date now${why || '.'}` }
    case 'unchanged': return why ? { tone: 'warn', text: `${label} was asked, and nothing was changed here${why}` }
      : { tone: 'good', text: `Fetched from ${label}: it is the same there. Nothing had to change.` }
    case 'deleted': return { tone: 'warn', text: why ? `What ${label} has is not taken, so it was removed here${why}`
      : `${label} no longer has this record, so it was removed here too.` }
    case 'merged': return { tone: 'good', text: `In ${label} this record was merged into another one${why || '.'}` }
    case 'not_found': return { tone: 'warn', text: why ? `What ${label} has is not taken, and it is not here either${why}`
      : `${label} does not know this record, and it is not here either.` }
    case 'unreachable': return goesOn(answer)
      ? { tone: 'warn', text: `${label} has not answered yet. It goes on being asked; what comes is shown here.` }
      : { tone: 'bad', text: `Nothing was changed: ${label} could not be asked${why || '.'}` }
    default: return { tone: '', text: `The server answered “${plainWord(answer.outcome)}”${why || '.'}` }
  }
}

const consents = { subscribed: 'yes', unsubscribed: 'no', unknown: 'not known' }
export const consentWords = (state) => said(consents, state) ?? plainWord(state)

const recordKinds = { contact: 'Contact', lead: 'Lead', local: 'Made here' }
export const recordKindWords = (kind) => said(recordKinds, kind) ?? plainWord(kind)
