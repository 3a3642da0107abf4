// What an admin may do with a source, what it does in words, and what came of it.

import { count, plural } from '../words.js'
import { segment } from '../api.js'

const inMode = (...states) => (source) => states.includes(source.state)
const isOn = (source) => !inMode('paused', 'disabled')(source)

const sync = (kind, said) => ({ path: 'sync', body: { kind }, said: () => said })

// `words` for the page of one source; `shown` says whether the action leads anywhere now.
export const actions = {
  sync: { name: 'Sync now', words: 'Fetches what changed since the last run.', shown: isOn,
    ...sync('delta', 'Asked for the changes. They come in within moments.') },
  full: { name: 'Full copy', words: 'Reads everything again, beside the lookups. It may take a while.', shown: isOn,
    ...sync('full', 'Asked for a full copy. It begins now.') },
  sweep: { name: 'Sweep', words: 'Compares a complete listing, and removes what the source no longer has.', shown: isOn,
    ...sync('sweep', 'Asked for a sweep. It begins when no other run is under way. Until a full copy has settled there is none, since that is a complete listing itself.') },
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
    path: 'confirm', said: (answer) => `${plural(answer.removed, 'record')} removed.`,
    question: (source) => ({
      title: `Remove ${plural(source.awaiting_confirmation, 'record')}?`,
      text: `A complete listing of ${source.label || source.id} no longer has ${count(source.awaiting_confirmation)} of its ${plural(source.records, 'record')}. `
        + 'If that is right, they are removed and no longer found when they call. If not, cancel and look into the source first.',
      action: `Remove ${plural(source.awaiting_confirmation, 'record')}`,
    }) },
  purge: { name: 'Purge', words: 'Forgets all records of this source. Only while it is disabled.', shown: inMode('disabled'), danger: true,
    path: 'purge', body: null, said: (answer) => `${plural(answer.removed, 'record')} forgotten.`,
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
  const body = action === actions.purge ? { confirm: source.id } : action.body
  try {
    const answer = await page.link.post(`/v1/sources/${segment(source.id)}/${action.path}`, body ?? {})
    return { tone: 'good', text: action.said(answer) }
  } catch (error) {
    if (error.status === undefined) throw error
    return { tone: 'bad', text: `${action.name}: ${error.message}` }
  }
}

