import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Token from "../../../runtime/serve/Token.ts"
import { inTemporaryFolder } from "../run/temporary.ts"
import { sessions, token } from "./serving.ts"

const hour = 60 * 60 * 1000

describe("Token", () => {
  it.effect("is read from a file or from the environment, and shown to nobody", () =>
    inTemporaryFolder((folder) =>
      Effect.gen(function*() {
        const file = path.join(folder, "token")
        fs.writeFileSync(file, `${token}\n`)
        const read = yield* Token.read(file, { BALLAST_TOKEN: "another" })
        assert.strictEqual(read === null ? null : Redacted.value(read), token)
        assert.notInclude(String(read), token)
        assert.isNull(yield* Token.read(null, {}))
        assert.isNotNull(yield* Token.read(null, { BALLAST_TOKEN: token }))
        for (const bad of ["", "short", "with a space in it, and long enough", `ünïcode-${token}`]) {
          fs.writeFileSync(file, bad)
          const { message } = yield* Effect.flip(Token.read(file, {}))
          assert.match(message, /it takes 24 letters/)
          if (bad !== "") assert.notInclude(message, bad)
        }
        assert.match((yield* Effect.flip(Token.read(path.join(folder, "none"), {}))).message, /is not read: ENOENT/)
      })))

  it("keeps a session that it began, until it ends", () => {
    const kept = sessions()
    const session = kept.begin(0)
    assert.isTrue(kept.isSession(session, 0))
    assert.isTrue(kept.isSession(session, 12 * hour - 1))
    assert.isFalse(kept.isSession(session, 12 * hour))
    const [until = "", signature = ""] = session.split(".")
    for (const forged of ["", ".", until, `${Number(until) + hour}.${signature}`, `${until}.${signature}x`, `${until}.`, token, sessions().begin(0)]) {
      assert.isFalse(kept.isSession(forged, 0), forged)
    }
  })
})
