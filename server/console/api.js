// Requests to this server. Each answer is its JSON; each refusal an ApiError with words for people.

export class ApiError extends Error {
  // `status` 0: the server could not be reached.
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

async function ask(method, path, { query, body, signal } = {}) {
  // The header keeps other sites from asking with this browser's cookie.
  const headers = { 'X-Ringdex-Console': '1' }
  if (body !== undefined) headers['Content-Type'] = 'application/json'
  let answer
  try {
    answer = await fetch(pathOf(path, query), {
      method, headers, signal, body: body === undefined ? undefined : JSON.stringify(body),
    })
  } catch (error) {
    if (error.name === 'AbortError') throw error
    throw new ApiError(0, 'unreachable', 'The server cannot be reached.')
  }
  const text = await answer.text()
  let json = null
  try {
    json = text === '' ? null : JSON.parse(text)
  } catch {
    if (answer.ok) throw new ApiError(answer.status, 'not_json', 'The server answered with something unreadable.')
  }
  if (answer.ok) return json
  throw new ApiError(answer.status, json?.code ?? '', json?.detail ?? `The server answered with status ${answer.status}.`)
}

export const get = (path, query, signal) => ask('GET', path, { query, signal })
export const post = (path, body = {}) => ask('POST', path, { body })
export const put = (path, body) => ask('PUT', path, { body })
export const remove = (path) => ask('DELETE', path)

// A record's id, a call's id: any bytes, as one segment of a path.
export const segment = (text) => encodeURIComponent(text)
