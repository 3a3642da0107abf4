// Requests of the page, and whether the server answers them: how old what is shown may be.

import { ApiError, get, post, remove } from '../api.js'
import { signInAgain } from '../session.js'

// `now` gives the time; `changed` is called when the server goes away or comes back.
export function linkToServer(now, changed) {
  const link = { reachable: true, answeredAt: now(), get: (path, query, signal) => watched(() => get(path, query, signal)),
    post: (path, body) => watched(() => post(path, body)), remove: (path) => watched(() => remove(path)) }

  function heard(reachable) {
    if (reachable) link.answeredAt = now()
    if (link.reachable === reachable) return
    link.reachable = reachable
    changed()
  }

  async function watched(ask) {
    try {
      const answer = await ask()
      heard(true)
      return answer
    } catch (error) {
      if (error instanceof ApiError) heard(error.status !== 0)
      signInAgain(error)
      throw error
    }
  }
  return link
}
