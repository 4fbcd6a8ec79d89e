import { assert, describe, it } from "@effect/vitest"
import type { Event } from "../../../runtime/train/Event.ts"
import * as EventLog from "../../../runtime/train/EventLog.ts"
import * as EventShape from "../../../runtime/train/EventShape.ts"
import { checkpointEvent, evalEvent, monitorEvent, statusEvent, stepEvent } from "../report/events.ts"

const origin = { run: "r1", attempt: 1, step: 5 }

const events: ReadonlyArray<Event> = [
  stepEvent(0, { loss: NaN, gradNorm: Infinity, clipBound: Infinity }),
  stepEvent(1, { parts: { class: 1 } }),
  evalEvent(2),
  monitorEvent(3, 1, 2),
  { ...monitorEvent(3, 1, 2), histograms: { backbone: { lowest: -20, counts: [1, 2] } } },
  { ...origin, kind: "spike", loss: null, gradNorm: { value: Infinity, median: 1, deviations: 9 } },
  { ...origin, kind: "incident", directory: "incident", tag: "NonFinite", message: "the loss is NaN" },
  { ...origin, kind: "trial", change: "float32", cured: null },
  checkpointEvent(4),
  statusEvent(5, "failed", "the loss is NaN"),
  { ...statusEvent(6, "succeeded"), at: 1 }
]

/** Lists what comes of a value where one of its fields, however deep, holds something else. */
const spoiled = (value: unknown): ReadonlyArray<unknown> =>
  typeof value !== "object" || value === null
    ? [{ "<img>": ["<img>"] }]
    : Object.entries(value).flatMap(([name, field]) =>
      name === "seconds" ? [] : spoiled(field).map((other) => Array.isArray(value) ? [other] : { ...value, [name]: other })
    )

describe("isEvent", () => {
  it("takes what a training writes", () => {
    for (const event of events) assert.isTrue(EventShape.isEvent(EventLog.decode(EventLog.encode(event))), event.kind)
  })

  it("takes nothing in which any field is something else", () => {
    for (const event of events) {
      for (const other of spoiled(event)) assert.isFalse(EventShape.isEvent(other), JSON.stringify(other))
    }
    for (const other of [null, 1, "step", [], {}, { kind: "step" }, { ...stepEvent(0), kind: "constructor" }]) {
      assert.isFalse(EventShape.isEvent(other), JSON.stringify(other))
    }
    for (const name of ["dfl2", "__proto__", "toString"]) {
      assert.isFalse(EventShape.isEvent({ ...stepEvent(0), parts: { box: 1, [name]: 1 } }), name)
    }
    assert.isFalse(EventShape.isEvent({ ...stepEvent(0), step: 1e300 }))
  })
})
