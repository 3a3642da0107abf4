// The real server with a config and a data folder of its own.

import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { eventually } from './eventually.mjs'
import { build, endProgram, freePort, root, startProgram } from './program.mjs'

const run = promisify(execFile)
const binary = path.join(build, 'ringdex')

export const people = { id: 'people', type: 'csv', label: 'People', path: path.join(root, 'config/people.csv') }

// `sources`, `accounts` and `http` as in the config file; keys: [{scopes: ['agent'], account?}], whose texts are in `keys`
// of what this gives, in the same order. Without keys it serves this machine only.
export async function startRingdex({ sources = [people], accounts = {}, http = {}, keys = [], port } = {}) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'ringdex-console-'))
  const config = path.join(folder, 'ringdex.json')
  port ??= await freePort()
  await writeFile(config, JSON.stringify({
    data_dir: path.join(folder, 'data'), http: { listen: `127.0.0.1:${port}`, ...http }, accounts, sources,
  }))
  const texts = []
  for (const { scopes, account } of keys) {
    const args = ['key', 'create', '--config', config, ...scopes.flatMap((scope) => ['--scope', scope])]
    if (account) args.push('--account', account)
    const { stdout } = await run(binary, args)
    texts.push(stdout.match(/rdx_\S+/)[0])
  }
  const url = `http://127.0.0.1:${port}`
  let program = null
  const start = async () => {
    program = await startProgram(binary, ['serve', '--config', config], (line) => line.includes(url))
  }
  await start()
  const request = async (method, target, body, key = texts[0]) => {
    const answer = await fetch(url + target, {
      method,
      headers: { ...(key ? { Authorization: `Bearer ${key}` } : {}), ...(body ? { 'Content-Type': 'application/json' } : {}) },
      body: body ? JSON.stringify(body) : undefined,
    })
    const text = await answer.text()
    const json = text ? JSON.parse(text) : null
    if (!answer.ok) throw new Error(`${method} ${target}: ${answer.status} ${text}`)
    return json
  }
  return {
    url,
    folder,
    keys: texts,
    request,
    get: (target, key) => request('GET', target, undefined, key),
    post: (target, body = {}, key) => request('POST', target, body, key),
    // What a phone system does; gives the answer.
    ring: (from, more = {}, key) => request('POST', '/v1/calls', { call_id: crypto.randomUUID(), from, to: '+12125550100', ...more }, key),
    // Until `condition` of the request's answer holds.
    until: (target, condition, key) => eventually(
      () => request('GET', target, undefined, key), condition, `what was expected of ${target}`, { seconds: 20, pauseMs: 50 }),
    log: () => program.said.join('\n'),
    // The same data and port.
    async restart() {
      await endProgram(program.child)
      await start()
    },
    async pause() { await endProgram(program.child) },
    resume: start,
    async stop() {
      await endProgram(program.child)
      await rm(folder, { recursive: true, force: true })
    },
  }
}
