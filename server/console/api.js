// Requests to this server. Each answer is its JSON; each refusal an ApiError with words for people.

export class ApiError extends Error {
  // `status` 0: the server could not be reached, or did not answer in time.
  constructor(status, code, detail) {
    super(detail)
    this.status = status
    this.code = code
  }
}

export function pathOf(path, query = {}) {
  const asked = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '')
  return asked.length === 0 ? path : `${path}?${new URLSearchParams(asked)}`
}

// How long an answer may take, in seconds. Some of what is posted asks a CRM in turn.
const readingMax = 20
const postingMax = 75

// How far this machine's clock is ahead of the server's, in milliseconds, by the Date of an answer that came now; its
// seconds, and the way of the answer, are no skew.
export function skewBy(date, now, before) {
  const apart = now - Date.parse(date ?? '')
  if (Number.isNaN(apart)) return before
  return Math.abs(apart) > 2_000 ? apart : 0
}
let skew = 0
export const serverNow = () => Date.now() - skew

async function ask(method, path, { query, body, signal, seconds = readingMax } = {}) {
  // The header keeps other sites from asking with this browser's cookie.
  const headers = { 'X-Ringdex-Console': '1' }
  if (body !== undefined) headers['Content-Type'] = 'application/json'
  const late = AbortSignal.timeout(seconds * 1000)
  let answer
  let text
  try {
    answer = await fetch(pathOf(path, query), {
      method, headers, signal: signal ? AbortSignal.any([signal, late]) : late,
      body: body === undefined ? undefined : JSON.stringify(body),
    })
    skew = skewBy(answer.headers.get('date'), Date.now(), skew)
    text = await answer.text()
  } catch (error) {
    if (signal?.aborted) throw error
    const words = late.aborted ? 'The server did not answer in time.' : 'The server cannot be reached.'
    throw new ApiError(0, 'unreachable', words)
  }
  let json = null
  try {
    json = text === '' ? null : JSON.parse(text)
  } catch {
    if (answer.ok) throw new ApiError(answer.status, 'not_json', 'The server answered with something unreadable.')
  }
  if (answer.ok) return json
  throw new ApiError(answer.status, json?.code ?? '', json?.detail ?? `The server answered with status ${answer.status}.`)
}

// `seconds`: another limit than the usual one.
export const get = (path, query, signal, { seconds } = {}) => ask('GET', path, { query, signal, seconds })
export const post = (path, body = {}, { seconds = postingMax } = {}) => ask('POST', path, { body, seconds })
export const put = (path, body) => ask('PUT', path, { body })
export const remove = (path) => ask('DELETE', path)

// A record's id, a call's id: any bytes, as one segment of a path. Two of them no browser sends, however written.
export function segment(text) {
  if (text === '.' || text === '..') {
    throw new ApiError(400, 'bad_id', `A browser cannot ask for what has the id "${text}".`)
  }
  return encodeURIComponent(text)
}
