// The sign-in form, as a person fills it in. `agent`: on the agent's page alone.
export async function signIn(page, key, agent) {
  if (key) await page.getByLabel('Key', { exact: true }).fill(key)
  if (agent) await page.getByLabel('Your name in the phone system').fill(agent)
  await page.getByRole('button', { name: 'Sign in' }).click()
}
