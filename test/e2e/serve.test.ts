import { assert, describe, it } from "@effect/vitest"
import type { Page } from "playwright-core"
import { browsing, inChromium, violations } from "./browser.ts"
import { inProject, type Running } from "./project.ts"
import { drained, inQueue, type Queueing, type ResultDocument, tiny, until } from "./queueing.ts"
import { onOne, type Place } from "./workers.ts"

const addressOf = async (server: Running): Promise<string> => {
  await Promise.race([until(() => server.printed().includes("\n"), server.printed), server.ended])
  const [, address = assert.fail(`it does not serve: ${(await server.ended).stderr}`)] = /at (http:\S+)\n/.exec(server.printed()) ?? []
  return address
}

/** Lends a queue with a dashboard. */
const served = <A>(place: () => Promise<Place>, use: (queue: Queueing, address: string, server: Running) => Promise<A>): Promise<A> =>
  inQueue(place, async (queue) => {
    queue.project.write("e.ts", tiny())
    const server = queue.start("serve", "--port", "0")
    try {
      return await use(queue, await addressOf(server), server)
    } finally {
      server.killGroup()
    }
  })

const stepOf = async (page: Page): Promise<number> => Number.parseInt(await page.locator("[data-figure=step]").innerText(), 10)

const says = (page: Page, text: string) => page.locator("main", { hasText: text }).waitFor()

/** Follows a run from the list until its curves have grown, and ends it. */
const followed = async (page: Page, address: string, run: string): Promise<void> => {
  await page.goto(address)
  await page.getByRole("link", { name: run }).click()
  await page.locator("[data-figure=step]").waitFor()
  const [step, curve] = [await stepOf(page), await page.locator(".chart svg").first().innerHTML()]
  await until(async () => await stepOf(page) > step, () => "no step is heard of")
  await until(async () => await page.locator(".chart svg").first().innerHTML() !== curve, () => "the curve stands still")
  page.once("dialog", (dialog) => void dialog.accept())
  await page.getByRole("button", { name: "Cancel" }).click()
  await page.locator("#standing .doubtful", { hasText: "cancelled" }).waitFor()
  assert.strictEqual(await page.locator("#news").innerText(), "The run is cancelled")
  assert.strictEqual(await page.getByRole("button", { name: "Cancel" }).count(), 0)
}

/** Runs it again from its page, and returns the new run's id. */
const again = async (page: Page): Promise<string> => {
  page.once("dialog", (dialog) => void dialog.accept())
  await page.getByRole("button", { name: "Run again" }).click()
  const link = page.locator("#answer a")
  await link.waitFor()
  const run = await link.innerText()
  await link.click()
  await says(page, `run ${run}`)
  return run
}

/** Lists what keeps somebody from reading pages: what is beyond the window, and where it is `judged`, what axe finds. */
const hindrances = async (
  page: Page,
  address: string,
  paths: ReadonlyArray<string>,
  judged: boolean
): Promise<ReadonlyArray<string>> => {
  const found: Array<string> = []
  for (const path of paths) {
    await page.goto(`${address}${path}`)
    if (judged) found.push(...await violations(page))
    const beyond = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
    if (Number(beyond) > 0) found.push(`${path} is ${String(beyond)} px wider than the window`)
  }
  return found
}

describe("ballast serve", () => {
  it("says which port is taken, and lets nobody else in without a token", () =>
    inProject(async ({ ballast, start }) => {
      const server = start(["serve", "--port", "0"])
      const { port } = new URL(await addressOf(server))
      const [taken, open, short] = await Promise.all([
        ballast("serve", "--port", port),
        ballast("serve", "--host", "0.0.0.0", "--port", "0"),
        start(["serve", "--host", "0.0.0.0", "--port", "0"], { BALLAST_TOKEN: "secret" }).ended
      ])
      assert.deepStrictEqual([taken.code, taken.stderr], [3, `port ${port} on 127.0.0.1 is taken. Name another with --port, or 0 for any that is free\n`])
      assert.strictEqual(open.code, 2)
      assert.match(open.stderr, /^--host 0\.0\.0\.0 lets others than this machine in/)
      assert.strictEqual(short.code, 2)
      assert.notInclude(short.stderr, "secret")
      await drained(server)
    }), 60_000)
})

inChromium("ballast serve", () => {
  it("lets a browser in that tells the token, and shows it to no other", () =>
    inProject(async ({ start }) => {
      const token = "0123456789abcdefghijklmnop"
      const server = start(["serve", "--host", "0.0.0.0", "--port", "0"], { BALLAST_TOKEN: token })
      const address = (await addressOf(server)).replace("0.0.0.0", "127.0.0.1")
      await browsing(async (open) => {
        const page = await open({ colorScheme: "dark", viewport: { width: 360, height: 720 } })
        await page.goto(`${address}/queue`)
        await page.getByRole("heading", { name: "Sign in" }).waitFor()
        assert.deepStrictEqual(await violations(page), [])
        // What is refused is told in the console, too.
        page.removeAllListeners("console")
        await page.getByLabel(/token/).fill(`${token}x`)
        await page.keyboard.press("Enter")
        await page.getByRole("alert").waitFor()
        await page.getByLabel(/token/).fill(token)
        await page.keyboard.press("Enter")
        await page.getByRole("heading", { name: "Queue" }).waitFor()
        assert.strictEqual(await page.evaluate("document.cookie"), "")
      })
      server.killGroup()
      assert.notInclude((await server.ended).stderr + server.printed(), token)
    }), 60_000)

  onOne("its dashboard", (place) => {
    it("shows a run live, cancels it, runs it again, compares runs and explains a fault, to everybody", () =>
      served(place, async ({ does, folder, stands, submit, worker }, address, server) => {
        const [endless = ""] = await submit("e.ts", "--arm", "endless")
        const [calm = ""] = await submit("e.ts", "--arm", "calm")
        worker()
        const { stdout } = await does(4, "run", "e.ts", "--engine", "wasm", "--arm", "calm", "--inject", "nan@5", "--json")
        const broken = (JSON.parse(stdout) as ResultDocument).runs[0]?.id ?? ""
        await browsing(async (open) => {
          const page = await open()
          await followed(page, address, endless)
          const once = await again(page)
          await followed(page, address, once)
          await stands(calm, "succeeded")

          await page.goto(`${address}/?status=failed`)
          assert.deepStrictEqual(await page.locator("table .id").allInnerTexts(), [broken])
          await page.goto(address)
          await page.getByLabel(`Compare ${calm}`).check()
          await page.getByLabel(`Compare ${broken}`).check()
          await page.getByRole("button", { name: "Compare" }).click()
          await page.getByRole("heading", { name: "Compare 2 runs" }).waitFor()
          assert.isAbove(await page.locator(".chart svg").count(), 1)

          await page.getByRole("link", { name: "Incidents" }).click()
          await page.getByRole("link", { name: `${broken}.1` }).click()
          await page.getByRole("heading", { name: "Diagnosis" }).waitFor()
          await says(page, `npx ballast replay ${broken}.1`)

          const paths = [
            "/", `/runs/${calm}`, `/runs/${broken}`, `/runs/${calm}/plan`, `/compare?run=${calm}&run=${broken}&from=1`,
            "/incidents", `/incidents/${broken}.1`, "/queue", "/triggers"
          ]
          // The last is what a window of 1280 px has at 400%.
          for (const [colorScheme, width, judged] of [["light", 1280, true], ["dark", 360, true], ["light", 320, false]] as const) {
            const page = await open({ colorScheme, viewport: { width, height: 720 } })
            assert.deepStrictEqual(await hindrances(page, address, paths, judged), [])
            assert.deepStrictEqual(await hindrances(page, `file://${folder(broken)}`, ["/report.html"], judged), [])
          }
        })
        await drained(server)
      }), 360_000)

    it("is whole without a script, and goes by keyboard", () =>
      served(place, async ({ stands, submit, worker }, address) => {
        const [calm = ""] = await submit("e.ts", "--arm", "calm")
        worker("--once")
        await stands(calm, "succeeded")
        await browsing(async (open) => {
          const still = await open({ javaScriptEnabled: false })
          await still.goto(address)
          await still.getByRole("link", { name: calm }).click()
          assert.isAbove(await still.locator(".chart svg path").count(), 4)
          assert.deepStrictEqual(await still.getByRole("button").allInnerTexts(), ["Show"])
          assert.include(await still.locator("noscript p").innerText(), `npx ballast runs rerun ${calm}`)

          const page = await open()
          await page.goto(`${address}/runs/${calm}`)
          await page.keyboard.press("Tab")
          assert.strictEqual(await page.locator(":focus").innerText(), "Skip to the content")
          await page.keyboard.press("Enter")
          assert.strictEqual(await page.locator(":focus").getAttribute("id"), "content")
          await page.keyboard.press("Tab")
          assert.strictEqual(await page.locator(":focus").innerText(), "Run again")
        })
      }), 120_000)
  })
})
