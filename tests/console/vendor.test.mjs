// What stands in server/console/vendor is the locked npm package, but for the lines that point to its source maps.

import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import test from 'node:test'
import { root } from './support/program.mjs'

test('lit-html is the package that is locked', async () => {
  const ours = path.join(root, 'server/console/vendor/lit-html')
  const theirs = path.join(root, 'tests/console/node_modules/lit-html')
  const withoutMap = (text) => text.split('\n').filter((line) => !line.includes('sourceMappingURL')).join('\n').trimEnd()
  const files = (await readdir(ours, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(ours, path.join(entry.parentPath ?? entry.path, entry.name)))
  assert.ok(files.includes('LICENSE') && files.includes('lit-html.js'))
  for (const file of files) {
    const [own, npm] = await Promise.all([ours, theirs].map((folder) => readFile(path.join(folder, file), 'utf8')))
    assert.equal(withoutMap(own), withoutMap(npm), file)
  }
})
