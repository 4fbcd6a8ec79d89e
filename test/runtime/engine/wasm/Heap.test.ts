import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { inTemporaryFolder } from "../../run/temporary.ts"

const program = fileURLToPath(new URL("./fill.ts", import.meta.url))

const toldBy = async (...given: ReadonlyArray<string>): Promise<unknown> => {
  const { stdout } = await promisify(execFile)(process.execPath, [program, ...given])
  return JSON.parse(stdout)
}

const message = /^out of memory: the wasm engine holds at most 4 GiB; it has \d+ MiB and got no \d+ MiB more$/

describe("The wasm engine's heap", () => {
  for (const [name, title] of [
    ["tfjs", "an operation of tfjs's"],
    ["own", "a kernel of our own"],
    ["workspace", "a convolution's scratch"],
    ["values", "values from outside"],
    ["wrapping", "more bytes than there are addresses"]
  ] as const) {
    it(`says that it is full before it writes anything, and stays so: ${title}`, async () => {
      const told = await toldBy("operation", name) as { readonly thrown: string; readonly after: ReadonlyArray<string> }
      assert.match(told.thrown, message)
      assert.deepStrictEqual(told, { ...told, after: [told.thrown, told.thrown, told.thrown], untouched: true, far: true } as object)
    }, 30_000)
  }

  for (const [free, ...stages] of [["300", "compiling", "training"], ["90", "compiling"]] as const) {
    it.effect(`ends an attempt for want of memory while it is ${stages.at(-1)}`, () =>
      inTemporaryFolder(Effect.fn(function*(folder) {
        const { fault, ...told } = (yield* Effect.promise(() => toldBy("attempt", folder, free))) as {
          readonly fault: { readonly tag: string; readonly message: string; readonly step: number | null }
        }
        assert.deepStrictEqual(told as object, { statuses: ["starting", ...stages, "failed"], steps: 0 })
        assert.deepStrictEqual([fault.tag, fault.step], ["OutOfMemory", 0])
        assert.match(fault.message.replace("no memory is left: ", ""), message)
      })), 30_000)
  }
})
