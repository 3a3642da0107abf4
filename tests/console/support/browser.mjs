// Debian's Chromium, and what every page is held to: no outside host, no error, no accessibility violation.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { readFile } from 'node:fs/promises'
import { chromium } from 'playwright-core'

const require = createRequire(import.meta.url)
const axe = await readFile(require.resolve('axe-core/axe.min.js'), 'utf8')

// Chromium now and then does not answer when it is to close while a page loads.
const closingMax = 10_000
const testsMax = 240_000
const endChromium = () => execFile('pkill', ['-KILL', '-P', String(process.pid), 'chromium'], () => {})

function within(limit, closed) {
  let timer
  const late = new Promise((done) => { timer = setTimeout(done, limit) })
  return Promise.race([closed, late]).finally(() => clearTimeout(timer))
}

export async function startBrowser() {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  })
  const close = browser.close.bind(browser)
  browser.close = () => within(closingMax, close()).finally(endChromium)
  // What waits for an answer then fails, instead of waiting for ever.
  setTimeout(endChromium, testsMax).unref()
  return browser
}

// A page of its own profile. `problems` collects what no page may do; check it with expectClean() at the end. `script`
// runs in the page before its own.
export async function openPage(browser, url, { script, ...options } = {}) {
  const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 800 }, ...options })
  context.setDefaultTimeout(15_000)
  if (script) await context.addInitScript(script)
  const close = context.close.bind(context)
  context.close = () => within(closingMax, close())
  const page = await context.newPage()
  const problems = []
  page.on('pageerror', (error) => problems.push(`error: ${error.stack ?? error}`))
  page.on('console', (message) => {
    const text = message.text()
    // A refused or broken request is shown to people in the page; the browser's own line about it is no error of ours.
    if (message.type() === 'error' && !/Failed to load resource|net::ERR_/.test(text)) problems.push(`console: ${text}`)
    if (/Content.Security.Policy|Trusted/i.test(text)) problems.push(`policy: ${text}`)
  })
  page.on('request', (request) => {
    if (!request.url().startsWith(new URL(url).origin) && !/^(data|blob|about):/.test(request.url())) {
      problems.push(`outside: ${request.url()}`)
    }
  })
  await page.goto(url)
  page.problems = problems
  return page
}

export function expectClean(page) {
  assert.deepEqual(page.problems, [])
}

const allRules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

// `runOnly` as axe takes it: tags of rules, or {type: 'rule', values}.
export async function expectAccessible(page, name, runOnly = allRules) {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe)
  const { violations } = await page.evaluate((rules) => window.axe.run(document, { runOnly: rules }), runOnly)
  const said = violations.map((one) => `${one.id}: ${one.help}\n  ${one.nodes.map((node) => node.html).slice(0, 5).join('\n  ')}`)
  assert.deepEqual(said, [], `${name}: ${said.join('\n')}`)
}
