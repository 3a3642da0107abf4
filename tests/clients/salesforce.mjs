// jsforce lists the contacts of fake-salesforce: node salesforce.mjs ../../build/release/tests/fake-salesforce

import jsforce from 'jsforce'
import { expect, main, withFake } from './run_fake.mjs'

const PEOPLE = 300
const app = { clientId: 'a-consumer-key', clientSecret: 'a-consumer-secret' }

await main((program) => withFake(program, ['--people', String(PEOPLE), '--batch-rows', '50'], async (address) => {
  const oauth2 = new jsforce.OAuth2({ ...app, loginUrl: address, redirectUri: `${address}/callback` })
  const connection = new jsforce.Connection({
    oauth2, version: '60.0', instanceUrl: address, accessToken: 'ended-long-ago', refreshToken: 'a-refresh-token',
  })
  let refreshed = 0
  connection.on('refresh', () => { ++refreshed })

  const description = await connection.sobject('Contact').describe()
  expect(refreshed === 1, 'the ended session was not renewed')
  const phones = description.fields.filter((field) => field.type === 'phone').map((field) => field.name)
  expect(phones.includes('MobilePhone'), 'describe names no phones')

  let page = await connection.query(`SELECT Id, Name, Account.Name, ${phones.join(', ')} FROM Contact`)
  const total = page.totalSize
  const rows = [...page.records]
  let pages = 1
  while (!page.done) {
    page = await connection.queryMore(page.nextRecordsUrl)
    rows.push(...page.records)
    ++pages
  }
  expect(rows.length === total && pages > 1, `${rows.length} of ${total} contacts in ${pages} pages`)
  expect(new Set(rows.map((row) => row.Id)).size === rows.length, 'a contact came twice')
  const limit = connection.limitInfo.apiUsage
  expect(limit && limit.limit === 100000, 'jsforce did not understand the limit header')

  const leads = await connection.query("SELECT Id FROM Lead WHERE IsConverted = false ORDER BY Id ASC LIMIT 2000")
  let found = leads.records.length
  for (let rest = leads; !rest.done; found += rest.records.length) rest = await connection.queryMore(rest.nextRecordsUrl)
  expect(rows.length + found === PEOPLE, `${rows.length} contacts and ${found} leads are not ${PEOPLE} people`)

  let refusal = ''
  await connection.query('SELECT Id, No_such_field__c FROM Contact').catch((problem) => { refusal = problem.errorCode })
  expect(refusal === 'INVALID_FIELD', `a missing field gave "${refusal}"`)

  const removed = rows[0].Id
  await fetch(`${address}/_fake/delete?id=${removed}`, { method: 'POST' })
  const now = Date.now()
  const log = await connection.sobject('Contact').deleted(new Date(now - 3600_000), new Date(now + 120_000))
  expect(log.deletedRecords.some((row) => row.id === removed), 'the deletion is not in the log')

  for (const row of rows) console.log(JSON.stringify({ id: row.Id, name: row.Name }))
}))
