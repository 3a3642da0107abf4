// Addresses of views, in the hash: "#/runs/17?from=list". Pure.

// {view: 'runs', parts: ['17'], query: {...}}; nothing if the hash is not an address of a view.
export function parseHash(hash) {
  if (!hash.startsWith('#/')) return null
  const [path, query = ''] = hash.slice(2).split(/\?(.*)/s)
  const [view, ...parts] = path.split('/').map(decoded)
  return { view, parts, query: Object.fromEntries(new URLSearchParams(query)) }
}

function decoded(text) {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

// hashOf('runs', ['17']), hashOf('people', [], {q: 'ada'}); what is empty in the query is left out.
export function hashOf(view, parts = [], query = {}) {
  const asked = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '')
  const path = [view, ...parts].map(encodeURIComponent).join('/')
  return `#/${path}${asked.length === 0 ? '' : `?${new URLSearchParams(asked)}`}`
}

export const recordHash = (id) => hashOf('records', [id])
export const numberHash = (number) => hashOf('number', [number])

// What somebody typed is a number to look up, or else a name.
export function looksLikeNumber(text) {
  const asked = text.trim()
  if (/^(sips?|tel):/i.test(asked)) return true
  return /^[+\d\s().\/-]+(?:(?:x|ext\.?)\s*\d+)?$/i.test(asked) && asked.replace(/\D/g, '').length >= 3
}

export const looksLikeRecordId = (text) => /^[^:\s]+:(contact|lead|local):./.test(text.trim())

// "zendesk:contact:5" -> its source, kind and own id; an external id may hold colons.
export function recordParts(id) {
  const [source = '', kind = '', ...rest] = String(id).split(':')
  return { source, kind, externalId: rest.join(':') }
}
