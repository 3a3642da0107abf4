// Starts one of the fakes, gives its address to `use`, and ends it afterwards. The program is the first argument.

import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { once } from 'node:events'

export async function withFake(program, args, use) {
  const fake = spawn(program, ['--port', '0', ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
  try {
    const lines = createInterface({ input: fake.stdout })
    const [address] = await Promise.race([
      once(lines, 'line'),
      once(fake, 'exit').then(() => { throw new Error(`${program} ended at once`) }),
    ])
    await use(address)
  } finally {
    fake.stdin.end('quit\n')
  }
}

export function expect(condition, what) {
  if (!condition) throw new Error(what)
}

export async function main(run) {
  const program = process.argv[2]
  if (!program) {
    console.error(`usage: node ${process.argv[1]} PROGRAM`)
    process.exit(2)
  }
  try {
    await run(program)
  } catch (problem) {
    console.error(problem)
    process.exit(1)
  }
}
