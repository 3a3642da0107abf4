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
    reload: () => step(null, true),
    more: () => step(list.next, false),
  }
  async function step(behind, anew) {
    if (list.loading) return
    list.loading = true
    changed()
    try {
      const page = await load(behind)
      list.items = anew ? page.items : [...list.items, ...page.items]
      list.next = page.next ?? null
      list.pages = anew ? 1 : list.pages + 1
      list.problem = null
    } catch (error) {
      if (error.name === 'AbortError') return
      list.problem = error
    } finally {
      list.loading = false
      changed()
    }
  }
  return list
}
