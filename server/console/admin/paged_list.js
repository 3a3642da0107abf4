// A list that the server gives page by page: what is here, whether there is more, and what went wrong.

// `load(behind)` gives {items, next}; `changed` is called whenever there is something new to draw.
export function pagedList(load, changed) {
  const list = {
    items: [],
    next: null,
    pages: 0,
    loading: false,
    problem: null,
    // The first page again. Items are replaced once they are there, so that nothing flickers.
    reload: () => asked(() => step(null, true)),
    more: () => asked(() => step(list.next, false)),
    // The same unasked, every few seconds: nothing shows it, and whatever is asked for meanwhile comes after it.
    poll: () => (underWay ? Promise.resolve() : begin(() => step(null, true))),
  }
  let underWay = null

  function begin(work) {
    const mine = work().finally(() => {
      if (underWay === mine) underWay = null
    })
    underWay = mine
    return mine
  }
  async function asked(work) {
    if (list.loading) return
    list.loading = true
    changed()
    try {
      await underWay
      await begin(work)
    } finally {
      list.loading = false
      changed()
    }
  }
  async function step(behind, anew) {
    try {
      const page = await load(behind)
      list.items = anew ? page.items : [...list.items, ...page.items]
      list.next = page.next ?? null
      list.pages = anew ? 1 : list.pages + 1
      list.problem = null
    } catch (error) {
      if (error.name === 'AbortError') return
      list.problem = error
    }
    changed()
  }
  return list
}
