// node-zendesk lists the users of fake-zendesk: node zendesk.mjs ../../build/release/tests/fake-zendesk

import zendesk from 'node-zendesk'
import { expect, main, withFake } from './run_fake.mjs'

const USERS = 300

await main((program) => withFake(program, ['--users', String(USERS)], async (address) => {
  const client = zendesk.createClient({
    username: 'bot@acme.example', token: 'a-token-for-tests', endpointUri: `${address}/api/v2`,
  })
  // The client's own export is the time-based one, which the fake does not have for users. The cursor-based goes
  // through the call beneath, since the one above it hides the cursor.
  const users = []
  for (let from = { start_time: 0 }; ;) {
    const { result: page } = await client.users._rawRequest(
      'GET', ['incremental', 'users', 'cursor', { ...from, per_page: 100 }])
    users.push(...page.users)
    if (page.end_of_stream) break
    expect(page.after_cursor && page.after_cursor !== from.cursor, 'the cursor stands still')
    from = { cursor: page.after_cursor }
  }
  const ids = new Set(users.map((user) => user.id))
  expect(ids.size === USERS, `${ids.size} of ${USERS} users`)
  const { result } = await client.users.show([...ids][0])
  expect(result.id === [...ids][0], 'another user was shown')
  for (const user of users) console.log(JSON.stringify({ id: user.id, name: user.name }))
}))
