// Requests of the pages against a server that hangs, breaks off, and answers with anything.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { after, before, test } from 'node:test'
import { ApiError, get, post, segment, skewBy } from '../../server/console/api.js'

const answers = {
  '/hangs': () => {},
  '/stops': (response) => { response.writeHead(200, { 'Content-Length': 100 }); response.write('{"half":') },
  '/breaks': (response) => {
    response.writeHead(200, { 'Content-Length': 100 })
    response.write('{"half":', () => response.destroy())
  },
  '/unreadable': (response) => response.end('<html>'),
  '/refused': (response) => { response.writeHead(409); response.end('{"code":"taken","detail":"It is taken."}') },
  '/bare': (response) => { response.writeHead(502); response.end('<html>') },
  '/empty': (response) => { response.writeHead(204); response.end() },
}
let server
let url
before(async () => {
  server = createServer((request, response) => answers[new URL(request.url, 'http://x').pathname](response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${server.address().port}`
})
after(() => {
  server.closeAllConnections()
  server.close()
})

const refusal = async (asked) => {
  const error = await asked.then(() => assert.fail('it was answered'), (one) => one)
  assert.ok(error instanceof ApiError, String(error))
  return [error.status, error.code, error.message]
}

test('what never answers, and what stops in the middle, is given up in time', async () => {
  for (const path of ['/hangs', '/stops']) {
    const words = [0, 'unreachable', 'The server did not answer in time.']
    assert.deepEqual(await refusal(get(url + path, {}, undefined, { seconds: 0.1 })), words)
    assert.deepEqual(await refusal(get(url + path, {}, new AbortController().signal, { seconds: 0.1 })), words)
    assert.deepEqual(await refusal(post(url + path, {}, { seconds: 0.1 })), words)
  }
})

test('each request has a limit, also where nobody names one', async (t) => {
  const limits = []
  t.mock.method(AbortSignal, 'timeout', (wait) => { limits.push(wait); return new AbortController().signal })
  await get(`${url}/empty`)
  await post(`${url}/empty`)
  assert.equal(limits.length, 2)
  assert.ok(limits.every((wait) => wait >= 20_000 && wait <= 120_000), String(limits))
})

test('an answer that breaks off is a server that cannot be reached', async () => {
  assert.deepEqual(await refusal(get(`${url}/breaks`)), [0, 'unreachable', 'The server cannot be reached.'])
  assert.deepEqual(await refusal(get('http://127.0.0.1:1/')), [0, 'unreachable', 'The server cannot be reached.'])
})

test('who gives up an own request is told so, not that the server is away', async () => {
  for (const path of ['/hangs', '/stops']) {
    const abort = new AbortController()
    const asked = get(url + path, {}, abort.signal)
    abort.abort()
    await assert.rejects(asked, { name: 'AbortError' })
  }
})

test('refusals have the server’s words, and what is no JSON has some as well', async () => {
  assert.deepEqual(await refusal(get(`${url}/refused`)), [409, 'taken', 'It is taken.'])
  assert.deepEqual(await refusal(get(`${url}/bare`)), [502, '', 'The server answered with status 502.'])
  assert.deepEqual(await refusal(get(`${url}/unreadable`)), [200, 'not_json', 'The server answered with something unreadable.'])
  assert.equal(await get(`${url}/empty`), null)
})

test('any id is one segment of a path; the two that cannot be are refused', () => {
  for (const id of ['a/b', 'a?b#c', '...', '. ', '%2e', '%', 'é', '😀', '../x']) {
    const path = new URL(`/v1/calls/${segment(id)}/pick`, url).pathname.split('/')
    assert.equal(path.length, 5, id)
    assert.equal(decodeURIComponent(path[3]), id)
  }
  for (const id of ['.', '..']) assert.throws(() => segment(id), { name: 'Error', code: 'bad_id' })
})

test('the skew of a clock is what lies between it and the Date of an answer, apart from a second or two', () => {
  const sent = 'Sun, 22 Nov 2026 17:49:09 GMT'
  const then = Date.UTC(2026, 10, 22, 17, 49, 9)
  assert.equal(skewBy(sent, then + 1_500, 9), 0)
  assert.equal(skewBy(sent, then + 600_000, 0), 600_000)
  assert.equal(skewBy(sent, then - 600_000, 0), -600_000)
  for (const none of [null, undefined, '', 'soon']) assert.equal(skewBy(none, then, 9), 9)
})
