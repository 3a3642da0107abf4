// Which sources there are and how people call them, for every view that shows an id.

export function sourceNames(page) {
  let sources = []
  const names = {
    all: () => sources,
    label: (id) => (id === 'local' ? 'Made here' : sources.find((one) => one.id === id)?.label || id),
    type: (id) => sources.find((one) => one.id === id)?.type ?? '',
    learn(list) { sources = list },
    async load() {
      try {
        names.learn((await page.link.get('/v1/sources')).sources)
        page.draw()
      } catch {
        // The ids are shown instead.
      }
    },
  }
  return names
}
