// A program of the build as a child: started, waited for, ended with the test.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { createInterface } from 'node:readline'
import path from 'node:path'

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..')
export const build = process.env.RINGDEX_BUILD ?? path.join(root, 'build/release')

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

// Gives the child and the first line of its output that `wanted` takes; an error with its last words if it ends before.
export async function startProgram(file, args, wanted, options = {}) {
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'], ...options })
  const said = []
  const keep = (line) => { said.push(line); if (said.length > 2000) said.shift() }
  createInterface({ input: child.stderr }).on('line', keep)
  const line = await new Promise((found, failed) => {
    createInterface({ input: child.stdout }).on('line', (text) => {
      keep(text)
      if (wanted(text)) found(text)
    })
    child.once('error', failed)
    child.once('exit', (code) => failed(new Error(`${file} ended with ${code}:\n${said.slice(-20).join('\n')}`)))
  })
  return { child, line, said }
}

export async function endProgram(child) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 8_000)
  await ended
  clearTimeout(timer)
}
