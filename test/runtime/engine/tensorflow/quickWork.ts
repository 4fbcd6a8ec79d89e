import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"
import type * as Install from "../../../../runtime/engine/tensorflow/Install.ts"

export const wheelName = "quick-1.whl"
const wheelBytes = "the wheel"

/** The stages' work done in no time, with files of a few bytes. `at` is called where a stage begins and where it is half done. */
export const quickWork = (at: (moment: string) => void): Install.Work => {
  const stage = (name: string, first: () => void, second: () => void) =>
    Effect.sync(() => {
      at(`${name} begins`)
      first()
      at(`${name} is half done`)
      second()
    })
  return {
    check: () => Effect.succeed([]),
    download: (_, folder) =>
      Effect.gen(function*() {
        const wheel = path.join(folder, wheelName)
        if (fs.existsSync(wheel)) return wheel
        yield* stage(
          "download",
          () => fs.writeFileSync(`${wheel}.tmp`, wheelBytes.slice(0, 4)),
          () => {
            fs.writeFileSync(`${wheel}.tmp`, wheelBytes)
            fs.renameSync(`${wheel}.tmp`, wheel)
          }
        )
        return wheel
      }),
    unpack: (_, folder) =>
      stage(
        "unpack",
        () => fs.writeFileSync(path.join(folder, "libtensorflow_cc.so.2"), "c"),
        () => {
          fs.writeFileSync(path.join(folder, "libtensorflow_framework.so.2"), "framework")
          fs.mkdirSync(path.join(folder, "include"), { recursive: true })
        }
      ),
    build: (_headers, _folder, output) =>
      stage("build", () => fs.writeFileSync(output, "ad"), () => fs.writeFileSync(output, "addon")),
    prove: () =>
      stage("prove", () => undefined, () => undefined).pipe(Effect.as({ version: "2.21.0", gpu: false })),
    sums: { [wheelName]: createHash("sha256").update(wheelBytes).digest("hex") }
  }
}
