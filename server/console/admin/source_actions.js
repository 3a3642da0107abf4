// What an admin may do with a source, what it does in words, and what came of it.

import { count, plural } from '../words.js'
import { segment } from '../api.js'

const inMode = (...states) => (source) => states.includes(source.state)
// A run that is asked for in such a state is tried at once, and may well end as the one before.
const doubtful = {
  backing_off: 'It is tried at once; the source was busy or away just now.',
  needs_credential: 'It is tried at once, with the credential that was refused. If that is wrong, correct it in the configuration.',
  limit_reached: 'It is tried at once, and stops again if the source still has more than records_max records.',
}
const asked = (what, then) => (answer, source) => `${what} ${Object.hasOwn(doubtful, source.state) ? doubtful[source.state] : then}`
const isOn = (source) => !inMode('paused', 'disabled')(source)

const sync = (kind, said) => ({ path: 'sync', body: () => ({ kind }), said })

// `words` for the page of one source; `shown` says whether the action leads anywhere now.
export const actions = {
  sync: { name: 'Sync now', words: 'Fetches what changed since the last run.', shown: isOn,
    ...sync('delta', asked('Asked for the changes.', 'They come in within moments.')) },
  full: { name: 'Full copy', words: 'Reads everything again, beside the lookups. It may take a while.', shown: isOn,
    ...sync('full', asked('Asked for a full copy.', 'It begins now.')) },
  sweep: { name: 'Sweep', words: 'Compares a complete listing, and removes what the source no longer has.', shown: isOn,
    ...sync('sweep', () => 'Asked for a sweep. It begins as soon as no other run is under way.') },
  preview: { name: 'Preview', words: 'Shows the first records as they would come in. Nothing is stored.',
    shown: (source) => source.state !== 'disabled' },
  pause: { name: 'Pause', words: 'No more runs until you resume. Webhooks are still applied.', shown: isOn,
    path: 'pause', said: () => 'Paused. What is here stays, and runs wait until you resume.' },
  resume: { name: 'Resume', words: 'Runs go on where they stopped.', shown: inMode('paused'),
    path: 'resume', said: () => 'Resumed.' },
  disable: { name: 'Disable', words: 'Asks the source for nothing at all. Records stay, and lookups still find them.',
    shown: (source) => source.state !== 'disabled', path: 'disable',
    said: () => 'Disabled. Its records are still found; nothing is asked of the source.' },
  enable: { name: 'Enable', words: 'Asks the source again.', shown: inMode('disabled'), path: 'enable', said: () => 'Enabled.' },
  confirm: { name: 'Confirm removal', words: 'Removes what the listing found gone.',
    shown: (source) => source.state === 'needs_confirmation' || source.awaiting_confirmation > 0,
    path: 'confirm', body: (source) => ({ records: source.awaiting_confirmation }), said: (answer) => `${plural(answer.removed, 'record')} removed.`,
    question: (source) => ({
      title: `Remove ${plural(source.awaiting_confirmation, 'record')}?`,
      text: `A complete listing of ${source.label || source.id} no longer has ${count(source.awaiting_confirmation)} of its ${plural(source.records, 'record')}. `
        + 'If that is right, they are removed and no longer found when they call. If not, cancel and look into the source first.',
      action: `Remove ${plural(source.awaiting_confirmation, 'record')}`,
    }) },
  purge: { name: 'Purge', words: 'Forgets all records of this source. Only while it is disabled.', shown: inMode('disabled'), danger: true,
    path: 'purge', body: (source) => ({ confirm: source.id }), said: (answer) => `${plural(answer.removed, 'record')} forgotten.`,
    question: (source) => ({
      title: `Forget everything of ${source.label || source.id}?`,
      text: `All ${plural(source.records, 'record')} of this source are removed from here, with their ids. The source itself is not touched. `
        + 'If you enable it again, everything is copied anew.',
      action: 'Purge',
      typed: source.id,
    }) },
}

// Does it, asking first where that is due; gives {tone, text} of what came of it, nothing if it was called off.
export async function act(page, source, action) {
  if (action.question && !(await page.ask(action.question(source)))) return null
  try {
    // The body tells what the question told, so that nothing else is agreed to.
    const answer = await page.link.post(`/v1/sources/${segment(source.id)}/${action.path}`, action.body?.(source) ?? {})
    return { tone: 'good', text: action.said(answer, source) }
  } catch (error) {
    if (error.status === undefined) throw error
    return { tone: 'bad', text: `${action.name}: ${error.message}` }
  }
}

