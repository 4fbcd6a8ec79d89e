import { assert, describe, it } from "@effect/vitest"
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Setting from "../../dsl/Setting.ts"

const explained = <A>(config: Config.Config<A>, settings: unknown) =>
  Effect.map(Effect.flip(config.parse(ConfigProvider.fromUnknown(settings))), Setting.explain)

describe("Setting.explain", () => {
  it.effect("names a missing setting as the environment would", () =>
    Effect.gen(function*() {
      const nested = Config.nested(Config.String("NAME"), "DATA")
      assert.strictEqual(
        yield* explained(nested, {}),
        "it needs the setting DATA_NAME: set the environment variable DATA_NAME"
      )
      assert.match(String(yield* explained(Config.Redacted("TOKEN"), {})), /^it needs the setting TOKEN:/)
      const host = Config.schema(Schema.Struct({ NAME: Schema.String, PORT: Schema.Int }), "HOST")
      assert.match(String(yield* explained(host, { HOST: { NAME: "a" } })), /^it needs the setting HOST_PORT:/)
    }))

  it.effect("says what a wrong setting should be, and not what it is", () =>
    Effect.gen(function*() {
      const size = yield* explained(Config.Literals(["n", "s"], "SIZE"), { SIZE: "hush" })
      assert.strictEqual(size, `the setting SIZE is missing or wrong: expected "n" or "s"`)
      const port = yield* explained(Config.Port("PORT"), { PORT: "hush" })
      assert.match(String(port), /^the setting PORT is missing or wrong: expected /)
      assert.notInclude(port, "hush")
      const list = yield* explained(Config.Array(Schema.Int, "SIZES"), { SIZES: {} })
      assert.strictEqual(list, "the setting SIZES is missing or wrong: expected a list")
      const date = yield* explained(Config.Date("DAY"), { DAY: "hush" })
      assert.match(String(date), /^the setting DAY is missing or wrong: expected .*Date/)
    }))

  it("says that settings cannot be read", () => {
    const error = new Config.ConfigError(new ConfigProvider.SourceError({ message: "the file is locked" }))
    assert.strictEqual(Setting.explain(error), "its settings cannot be read: the file is locked")
  })

  it("leaves other errors alone", () => {
    assert.isNull(Setting.explain(new Error("no")))
    assert.isNull(Setting.explain(undefined))
  })
})
