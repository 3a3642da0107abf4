// The fake CRMs, each a program of its own; what the tests make happen in them goes through command().

import path from 'node:path'
import { build, endProgram, startProgram } from './program.mjs'

export async function startFake(crm, options = {}) {
  const args = ['--port', '0']
  // True stands for a flag.
  for (const [name, value] of Object.entries(options)) args.push(`--${name}`, ...(value === true ? [] : [String(value)]))
  const { child, line } = await startProgram(path.join(build, `tests/fake-${crm}`), args, (text) => text.startsWith('http'))
  const url = line.trim()
  return {
    url,
    // command('merge', {loser: 5, winner: 7}); the fakes' own words are in tests/support/fake_<crm>_main.cpp
    async command(name, given = {}) {
      const answer = await fetch(`${url}/_fake/${name}?${new URLSearchParams(given)}`, { method: 'POST' })
      const text = await answer.text()
      if (!answer.ok) throw new Error(`fake ${crm}: ${name}: ${text}`)
      return text
    },
    stop: () => endProgram(child),
  }
}
