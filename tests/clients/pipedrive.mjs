// Pipedrive's own client against a Pipedrive at an address, such as fake-pipedrive:
//   node pipedrive.mjs http://127.0.0.1:PORT API_TOKEN
// Lists persons (API v2) and leads (API v1) page by page and prints one JSON line each. Exits with 1 when the client
// meets what it did not expect.

import v1 from 'pipedrive/v1';
import v2 from 'pipedrive/v2';

const [address, token] = process.argv.slice(2);
if (!address || !token) {
  console.error('usage: node pipedrive.mjs ADDRESS API_TOKEN');
  process.exit(2);
}
process.env.NO_PROXY = '127.0.0.1,localhost';

const settings = { apiKey: token };
const newer = { ...settings, basePath: `${address}/api/v2` };
const older = { ...settings, basePath: `${address}/v1` };
const persons = new v2.PersonsApi(new v2.Configuration(newer));
const organizations = new v2.OrganizationsApi(new v2.Configuration(newer));
const leads = new v1.LeadsApi(new v1.Configuration(older));

function expect(good, what) {
  if (!good) throw new Error(what);
}

async function* byCursor(list) {
  let cursor;
  do {
    const page = await list(cursor);
    expect(page.success === true, 'the answer is no success');
    yield* page.data ?? [];
    cursor = page.additional_data.next_cursor ?? undefined;
  } while (cursor);
}

async function* byStart(list) {
  for (let start = 0; start !== undefined;) {
    const page = await list(start);
    expect(page.success === true, 'the answer is no success');
    yield* page.data ?? [];
    const pagination = page.additional_data.pagination;
    start = pagination.more_items_in_collection ? pagination.next_start : undefined;
  }
}

async function check() {
  const names = new Map();
  for await (const row of byCursor((cursor) => organizations.getOrganizations({ limit: 100, cursor }))) {
    names.set(row.id, row.name);
  }
  let last;
  for await (const row of byCursor((cursor) => persons.getPersons({ limit: 100, sort_by: 'id', cursor }))) {
    expect(last === undefined || last.id < row.id, 'persons out of order');
    expect(row.org_id === null || names.has(row.org_id), `person ${row.id} is of no known organization`);
    console.log(JSON.stringify({
      kind: 'contact',
      id: row.id,
      name: row.name,
      organization: names.get(row.org_id) ?? null,
      phones: row.phones.map((phone) => phone.value),
      deleted: row.is_deleted,
    }));
    last = row;
  }
  for await (const row of byStart((start) => leads.getLeads({ limit: 50, start, sort: 'add_time ASC' }))) {
    console.log(JSON.stringify({ kind: 'lead', id: row.id, name: row.title, person: row.person_id }));
  }
  if (last) {
    const one = await persons.getPerson({ id: last.id });
    expect(one.data.name === last.name, 'a single person differs from the list');
  }
  if (last?.update_time) {
    const changed = byCursor((cursor) => persons.getPersons({ updated_since: last.update_time, cursor }));
    let found = false;
    for await (const row of changed) found ||= row.id === last.id;
    expect(found, 'updated_since leaves out its own second');
  }
  const strangers = new v2.PersonsApi(new v2.Configuration({ ...newer, apiKey: 'not-the-token' }));
  const refused = await strangers.getPersons().then(() => null, (error) => error);
  expect(refused?.success === false, 'a wrong token is let in');
}

check().catch((problem) => {
  console.error(problem instanceof Error ? problem.message : JSON.stringify(problem));
  process.exit(1);
});
