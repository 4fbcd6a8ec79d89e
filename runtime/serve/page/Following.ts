/**
 * Following a run while it runs: its last step in figures at once, and the rest of the page some time later.
 */
import * as Figure from "../../report/Figure.ts"
import type { StepEvent } from "../../train/Event.ts"
import * as Region from "./Region.ts"

/** How long the page stays as it is at least, in milliseconds. */
const leastBetween = 2000

const say = (text: string): void => {
  const news = document.getElementById("news")
  if (news !== null) news.textContent = text
}

const put = (name: string, text: string): void => {
  const figure = document.querySelector(`[data-figure="${CSS.escape(name)}"]`)
  if (figure !== null && figure.textContent !== text) figure.textContent = text
}

const show = (event: StepEvent): void => {
  put("step", `${event.step + 1} of ${event.totalSteps}`)
  for (const name of ["loss", "gradNorm", "clipBound"] as const) put(name, Figure.measured(Number(event[name])))
  for (const [part, value] of Object.entries(event.parts)) put(`parts.${part}`, Figure.measured(Number(value)))
  put("learningRate", Figure.chosen(Number(event.learningRate)))
  put("imagesPerSecond", Figure.rate(Number(event.imagesPerSecond)))
}

/** Follows the events at an address until the run has ended. */
export const follow = (address: string): void => {
  let due: ReturnType<typeof setTimeout> | null = null
  let took = 0
  let standing = document.querySelector<HTMLElement>("[data-status]")?.dataset["status"] ?? null
  const refresh = async (): Promise<void> => {
    const began = performance.now()
    try {
      const now = await Region.refresh()
      // What changes with every step is not read out; how the run stands is.
      if (now !== standing && now !== null) say(`The run is ${now}`)
      standing = now
    } catch {
      say("The server does not answer")
    }
    took = performance.now() - began
    due = null
  }
  const soon = (): void => {
    // A machine that draws slowly draws seldom, so that it trains.
    if (!document.hidden) due ??= setTimeout(() => void refresh(), Math.max(leastBetween, 8 * took))
  }
  const source = new EventSource(address)
  source.addEventListener("events", ({ data }: MessageEvent<string>) => {
    const events = JSON.parse(data) as ReadonlyArray<{ readonly kind: string }>
    const last = events.findLast(({ kind }) => kind === "step")
    if (last !== undefined) show(last as StepEvent)
    soon()
  })
  source.addEventListener("end", () => {
    source.close()
    void refresh()
  })
  document.addEventListener("visibilitychange", soon)
}
