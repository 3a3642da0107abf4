// People of a test's own, as a CSV source.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'

const columns = ['id', 'name', 'organization', 'title', 'url', 'phone']

const quoted = (text = '') => `"${String(text).replaceAll('"', '""')}"`

// `people` are {id, name, organization?, title?, url?, phone}. Gives {source, remove()}.
export async function peopleFile(people) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'ringdex-people-'))
  const file = path.join(folder, 'people.csv')
  const rows = people.map((person) => columns.map((column) => quoted(person[column])).join(','))
  await writeFile(file, [columns.join(','), ...rows, ''].join('\n'))
  return {
    source: {
      id: 'people', type: 'csv', label: 'People', path: file,
      columns: { id: 'id', name: 'name', organization: 'organization', title: 'title', url: 'url', phones: ['phone'] },
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}
