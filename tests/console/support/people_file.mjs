// People of a test's own, as a CSV source.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'

const columns = ['id', 'name', 'organization', 'title', 'url', 'phone']

const quoted = (text = '') => `"${String(text).replaceAll('"', '""')}"`

// A CSV file that can be written again; `source` is its entry of the config.
export async function csvSource(id, text, more = {}) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'ringdex-csv-'))
  const file = path.join(folder, `${id}.csv`)
  await writeFile(file, text)
  return {
    source: { id, type: 'csv', path: file, interval: '1h', ...more },
    write: (again) => writeFile(file, again),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

// `people` are {id, name, organization?, title?, url?, phone}.
export function peopleFile(people) {
  const rows = people.map((person) => columns.map((column) => quoted(person[column])).join(','))
  return csvSource('people', [columns.join(','), ...rows, ''].join('\n'), {
    label: 'People',
    columns: { id: 'id', name: 'name', organization: 'organization', title: 'title', url: 'url', phones: ['phone'] },
  })
}
