// Until the condition holds; `look` gives what is looked at, and is told if it never does.
export async function eventually(look, condition, what, { seconds = 15, pauseMs = 30 } = {}) {
  const end = Date.now() + seconds * 1000
  let last
  while (Date.now() < end) {
    last = await look()
    if (condition(last)) return last
    await new Promise((done) => setTimeout(done, pauseMs))
  }
  throw new Error(`${what ?? 'it'} did not come; at last: ${JSON.stringify(last)}`)
}
