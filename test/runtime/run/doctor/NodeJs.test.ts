import { assert, describe, it } from "@effect/vitest"
import * as NodeJs from "../../../../runtime/run/doctor/NodeJs.ts"

const told = { version: "24.21.0", executable: "/usr/bin/node", sqlite: true }

describe("NodeJs", () => {
  it("takes 24 and newer, and says where it is", () => {
    assert.deepStrictEqual(NodeJs.judge(told), {
      name: "node",
      status: "ok",
      found: "24.21.0 (/usr/bin/node)",
      remedy: null
    })
    assert.strictEqual(NodeJs.judge({ ...told, version: "26.0.0" }).status, "ok")
  })

  it("refuses one that is too old, or has no SQLite, and says what brings another", () => {
    for (const wrong of [{ version: "22.19.0" }, { sqlite: false }]) {
      const { remedy, status } = NodeJs.judge({ ...told, ...wrong })
      assert.strictEqual(status, "failed")
      assert.match(remedy ?? "", /npm ci --include=optional/)
    }
  })
})
