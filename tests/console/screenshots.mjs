// README's pictures of the console: real server, fake Zendesk, made-up people. './dev screenshots' runs it.

import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { expectClean, openPage, startBrowser } from './support/browser.mjs'
import { startFake } from './support/fakes.mjs'
import { root } from './support/program.mjs'
import { people, startRingdex } from './support/ringdex.mjs'
import { signIn } from './support/sign_in.mjs'

const folder = path.join(root, 'server/console/screenshots')
await mkdir(folder, { recursive: true })
const zendesk = await startFake('zendesk', { users: 3000, email: 'bot@acme.example', token: 't', seed: 7 })
const support = {
  id: 'support', type: 'zendesk', label: 'Support', base_url: zendesk.url,
  auth: { email: 'bot@acme.example', token: 't' },
}
const ringdex = await startRingdex({
  sources: [people, support], keys: [{ scopes: ['lookup', 'agent', 'admin'] }],
})
const browser = await startBrowser()
const options = { viewport: { width: 1180, height: 720 } }

async function open(target, colorScheme, agent) {
  const page = await openPage(browser, ringdex.url + target, { ...options, colorScheme })
  await signIn(page, ringdex.keys[0], agent)
  await page.getByRole('button', { name: 'Sign out' }).waitFor()
  return page
}

async function picture(page, name) {
  expectClean(page)
  await page.screenshot({ path: path.join(folder, `${name}.png`) })
}

try {
  await ringdex.until('/v1/sources', ({ sources }) => sources.every((one) => one.state === 'idle' && one.records > 0))
  for (const number of ['+12125550123', '+12125550199', 'anonymous', '+442079460100']) await ringdex.get(`/v1/lookup?number=${encodeURIComponent(number)}`)

  const agent = await open('/agent', 'light', 'anna')
  for (const from of ['+12125550123', 'anonymous']) {
    const { call } = await ringdex.ring(from, { agent: 'anna' })
    await ringdex.post(`/v1/calls/${call.id}/end`)
  }
  await ringdex.ring('+442079460100', { agent: 'anna' })
  await agent.getByRole('heading', { name: 'Delphine Marchetti' }).first().waitFor()
  await picture(agent, 'agent')

  const admin = await open('/admin', 'light')
  await admin.getByText('Support').first().waitFor()
  await picture(admin, 'sources')
  const dark = await open('/admin#/usage', 'dark')
  await dark.getByRole('heading', { name: 'Usage' }).waitFor()
  await dark.getByText('Hit rate').first().waitFor()
  await picture(dark, 'usage')
  const record = await open('/admin#/records/people%3Acontact%3Ap-1001', 'light')
  await record.getByText('Ada Whitlock').first().waitFor()
  await picture(record, 'record')
} finally {
  await browser.close()
  await ringdex.stop()
  await zendesk.stop()
}
