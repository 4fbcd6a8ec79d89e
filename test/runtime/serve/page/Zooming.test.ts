import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as path from "node:path"
import type { Page } from "playwright-core"
import { Queue } from "../../../../runtime/run/queue/Queue.ts"
import * as RunFolder from "../../../../runtime/run/RunFolder.ts"
import { Store } from "../../../../runtime/run/Store.ts"
import * as Holder from "../../../../runtime/run/store/Holder.ts"
import { Tables } from "../../../../runtime/run/store/Tables.ts"
import { browsing, inChromium, violations } from "../../../e2e/browser.ts"
import { withRecord } from "../../run/queue/queues.ts"
import { inTemporaryFolder } from "../../run/temporary.ts"
import { leave } from "../../train/inspections.ts"
import { recorded, serving, steps, tell } from "../serving.ts"

/** Lends a dashboard, and the folder of the run of 20 steps that it shows while it goes on. */
const served = (use: (address: string, directory: string) => Promise<void>) =>
  inTemporaryFolder((folder) =>
    Effect.scoped(Effect.gen(function*() {
      const [run] = yield* recorded(folder)
      const directory = run?.directory ?? ""
      yield* leave(RunFolder.attemptOf(directory, 1), [2, 1])
      yield* (yield* Store).accept("a-1", { attempt: 1, token: "one" }, { holder: Holder.self(), at: 5 })
      const { address } = yield* serving()
      yield* Effect.promise(() => use(address, directory))
    })).pipe(Effect.provide(withRecord(Queue.layerEmbedded(path.join(folder, "runs")), Tables.layerSqlite(path.join(folder, "ballast.db")))))
  )

const writtenIn = async (page: Page): Promise<ReadonlyArray<string>> =>
  await Promise.all(["From step", "To step"].map((label) => page.getByLabel(label).inputValue()))

const firstOf = async (page: Page): Promise<ReadonlyArray<string | null>> => {
  const chart = page.locator("[data-first]").first()
  return await Promise.all([chart.getAttribute("data-first"), chart.getAttribute("data-last")])
}

/** Drags over a chart from one step to another, and holds on. */
const drag = async (page: Page, from: number, to: number): Promise<void> => {
  const chart = page.locator("[data-first]").first()
  await chart.scrollIntoViewIfNeeded()
  const { height = 0, width = 0, x = 0, y = 0 } = await chart.boundingBox() ?? {}
  const [first, last, left, right] = await Promise.all(["first", "last", "left", "right"].map(async (name) => Number(await chart.getAttribute(`data-${name}`)))) as [number, number, number, number]
  const at = (step: number): number => x + width * (left + (right - left) * (step - first) / (last - first))
  await page.mouse.move(at(from), y + height / 2)
  await page.mouse.down()
  await page.mouse.move(at(to), y + height / 3, { steps: 3 })
}

inChromium("Zooming", () => {
  it.live("shows the steps that a mouse was dragged over, or that a form asks for without a script, to everybody", () =>
    served((address) =>
      browsing(async (open) => {
        const page = await open()
        const seen: Array<string> = []
        page.on("framenavigated", (frame) => seen.push(frame.url().slice(address.length)))
        await page.goto(`${address}/runs/a-1`)
        await drag(page, 15, 5)
        assert.deepStrictEqual(await writtenIn(page), ["5", "15"])
        assert.strictEqual(await page.locator(".chosen").count(), 1)
        await page.keyboard.press("Escape")
        assert.deepStrictEqual([await writtenIn(page), await page.locator(".chosen").count()], [["", ""], 0])
        await page.mouse.up()
        // A click is none, nor what a finger does, which scrolls.
        await drag(page, 5, 5)
        await page.mouse.up()
        await page.locator("[data-first] svg").first().dispatchEvent("pointerdown", { bubbles: true, button: 0, pointerType: "touch", clientX: 100 })
        assert.strictEqual(await page.locator(".chosen").count(), 0)
        await drag(page, 15, 5)
        await page.mouse.up()
        await page.waitForURL(`${address}/runs/a-1?from=5&to=15#zoom`)
        assert.deepStrictEqual([await writtenIn(page), await firstOf(page)], [["5", "15"], ["5", "15"]])
        await page.getByRole("link", { name: "Show all" }).click()
        await page.waitForURL(`${address}/runs/a-1#zoom`)
        assert.deepStrictEqual(await firstOf(page), ["0", "20"])
        assert.deepStrictEqual(seen, ["/runs/a-1", "/runs/a-1?from=5&to=15#zoom", "/runs/a-1#zoom"])

        const still = await open({ javaScriptEnabled: false })
        await still.goto(`${address}/compare?run=a-1&run=a-2`)
        assert.isFalse(await still.getByText("or drag over a chart").isVisible())
        await still.getByLabel("From step").fill("4")
        await still.keyboard.press("Tab")
        await still.keyboard.type("7")
        await still.keyboard.press("Enter")
        await still.waitForURL(`${address}/compare?run=a-1&run=a-2&from=4&to=7#zoom`)
        assert.deepStrictEqual(await firstOf(still), ["4", "7"])

        for (const [colorScheme, width] of [["light", 1280], ["dark", 360]] as const) {
          const wrong = await open({ colorScheme, viewport: { width, height: 720 } })
          await wrong.goto(`${address}/runs/a-1?from=abc&to=9`)
          assert.deepStrictEqual(await violations(wrong), [])
          assert.isAtMost(Number(await wrong.evaluate("document.documentElement.scrollWidth - innerWidth")), 0)
        }
      })), 60_000)

  it.live("stays where it is while the run goes on, and loads each picture once", () =>
    served((address, directory) =>
      browsing(async (open) => {
        const page = await open()
        const pictures: Array<string> = []
        page.on("request", (request) => {
          if (request.url().includes("/pictures/")) pictures.push(request.url())
        })
        await page.goto(`${address}/runs/a-1?from=12`)
        await page.getByText("Its boxes").first().click()
        await page.getByLabel("To step").fill("99")
        const goOn = async (from: number): Promise<void> => {
          tell(directory, 1, [...steps(6, from), { kind: "status", run: "a", attempt: 1, step: from + 6, status: "training", detail: `at ${from + 6}` }])
          await page.getByText(`training: at ${from + 6}`).waitFor()
        }
        // Nobody is interrupted who drags.
        await drag(page, 14, 18)
        await goOn(20)
        assert.deepStrictEqual([await firstOf(page), await writtenIn(page)], [["12", "20"], ["14", "18"]])
        await page.keyboard.press("Escape")
        await page.mouse.up()
        await goOn(26)
        assert.deepStrictEqual([await firstOf(page), await writtenIn(page)], [["12", "32"], ["12", "99"]])
        assert.strictEqual(page.url(), `${address}/runs/a-1?from=12`)
        assert.deepStrictEqual([pictures.length, new Set(pictures).size], [2, 2])

        // What somebody has opened stays open though more comes before it, and is where the keyboard is.
        await page.getByText("The recipe").click()
        await Effect.runPromise(leave(RunFolder.attemptOf(directory, 1), [3, 2, 1]))
        await goOn(32)
        const opened = await page.locator("details[open] > summary").allTextContents()
        assert.deepStrictEqual([await page.getByText("Its boxes").count(), opened], [3, ["Its boxes", "The recipe"]])
        assert.strictEqual(await page.locator(":focus").textContent(), "The recipe")
        await page.getByText("training: at 38").click()
        await goOn(38)
        assert.strictEqual(await page.locator(":focus").getAttribute("aria-label"), "Table: step, what, it says")
      })), 60_000)
})
