import { assert, describe, it } from "@effect/vitest"
import * as Stop from "../../../runtime/run/Stop.ts"

describe("Stop", () => {
  it("tells every listener once, the late ones at once, and none that was forgotten", () => {
    const stop = Stop.make()
    const heard: Array<string> = []
    stop.listen(() => heard.push("first"))
    stop.listen(() => heard.push("forgotten"))()
    assert.isNull(stop.requested())
    stop.request("SIGTERM")
    stop.request("SIGINT")
    stop.listen(() => heard.push("late"))
    assert.deepStrictEqual(heard, ["first", "late"])
    assert.strictEqual(stop.requested(), "SIGTERM")
  })
})
