// Pipedrive's own client lists the persons and leads of fake-pipedrive:
//   node pipedrive.mjs ../../build/release/tests/fake-pipedrive

import v1 from 'pipedrive/v1'
import v2 from 'pipedrive/v2'
import { expect, main, withFake } from './run_fake.mjs'

const PERSONS = 300
const apiKey = 'a-token-for-tests'

async function* byCursor(list) {
  let cursor
  do {
    const page = await list(cursor)
    expect(page.success === true, 'the answer is no success')
    yield* page.data ?? []
    cursor = page.additional_data.next_cursor ?? undefined
  } while (cursor)
}

async function* byStart(list) {
  for (let start = 0; start !== undefined;) {
    const page = await list(start)
    expect(page.success === true, 'the answer is no success')
    yield* page.data ?? []
    const pagination = page.additional_data.pagination
    start = pagination.more_items_in_collection ? pagination.next_start : undefined
  }
}

await main((program) => withFake(program, ['--persons', String(PERSONS)], async (address) => {
  process.env.NO_PROXY = '127.0.0.1,localhost'
  const newer = { apiKey, basePath: `${address}/api/v2` }
  const persons = new v2.PersonsApi(new v2.Configuration(newer))
  const organizations = new v2.OrganizationsApi(new v2.Configuration(newer))
  const leads = new v1.LeadsApi(new v1.Configuration({ apiKey, basePath: `${address}/v1` }))

  const names = new Map()
  for await (const row of byCursor((cursor) => organizations.getOrganizations({ limit: 100, cursor }))) {
    names.set(row.id, row.name)
  }
  const rows = []
  for await (const row of byCursor((cursor) => persons.getPersons({ limit: 100, sort_by: 'id', cursor }))) {
    expect(rows.length === 0 || rows.at(-1).id < row.id, 'persons out of order')
    expect(row.org_id === null || names.has(row.org_id), `person ${row.id} is of no known organization`)
    rows.push(row)
    console.log(JSON.stringify({ kind: 'contact', id: row.id, name: row.name }))
  }
  expect(rows.length === PERSONS, `${rows.length} of ${PERSONS} persons`)
  let found = 0
  for await (const row of byStart((start) => leads.getLeads({ limit: 20, start, sort: 'add_time ASC' }))) {
    expect(rows.some((person) => person.id === row.person_id), `lead ${row.id} is of no known person`)
    ++found
    console.log(JSON.stringify({ kind: 'lead', id: row.id, name: row.title }))
  }
  expect(found > 0, 'there are no leads')

  const last = rows.at(-1)
  const one = await persons.getPerson({ id: last.id })
  expect(one.data.name === last.name, 'a single person differs from the list')
  let changed = false
  for await (const row of byCursor((cursor) => persons.getPersons({ updated_since: last.update_time, cursor }))) {
    changed ||= row.id === last.id
  }
  expect(changed, 'updated_since leaves out its own second')
  const strangers = new v2.PersonsApi(new v2.Configuration({ ...newer, apiKey: 'not-the-token' }))
  const refused = await strangers.getPersons().then(() => null, (error) => error)
  expect(refused?.success === false, 'a wrong token is let in')
}))
