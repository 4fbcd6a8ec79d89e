import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Location from "../../../../runtime/engine/tensorflow/Location.ts"
import * as Gpu from "../../../../runtime/run/doctor/Gpu.ts"
import { lives } from "../../../e2e/project.ts"
import { inTemporaryFolder } from "../temporary.ts"
import { lookOnce, withProgram } from "./looking.ts"

const inFolder = (body: (folder: string) => void) =>
  inTemporaryFolder((folder) => Effect.sync(() => body(folder)))

/** Looks where nvidia-smi is a script, and no engine is installed. */
const lookWith = (folder: string, script: string) =>
  lookOnce(Gpu.check, {}, {
    environment: { PATH: withProgram(folder, "nvidia-smi", script), BALLAST_ENGINES: path.join(folder, "engines") }
  })

const driver = ["/proc/driver/nvidia/version", "/dev/nvidia0"].some((file) => fs.existsSync(file))

describe("Gpu", () => {
  it.effect("names what the driver tells of, and that no engine uses it", () =>
    inFolder((folder) => {
      const asked = path.join(folder, "asked")
      const { found, remedy, status } = lookWith(
        folder,
        `echo "$@" > ${asked}\nprintf 'NVIDIA H200, 143771, 570.86.15\\nNVIDIA GB10, [N/A], 580.95\\n'`
      )
      assert.strictEqual(fs.readFileSync(asked, "utf8").split(" ")[0], "--query-gpu=name,memory.total,driver_version")
      assert.strictEqual(status, "warning")
      assert.match(
        found,
        /^NVIDIA H200, 140 GiB, driver 570\.86\.15; NVIDIA GB10, memory not told, driver 580\.95; no engine uses it.*not installed/
      )
      assert.strictEqual(remedy, "npx ballast engine install tensorflow")
    }))

  it.effect("says what nvidia-smi says where it fails", () =>
    inFolder((folder) => {
      const { found, remedy, status } = lookWith(folder, "echo 'NVIDIA-SMI has failed'; exit 9")
      assert.strictEqual(status, driver ? "failed" : "warning")
      assert.include(found, "nvidia-smi ended with code 9: NVIDIA-SMI has failed")
      assert.match(remedy ?? "", /driver/)
    }))

  it.effect("ends an nvidia-smi that hangs, with all that it started, and says so", () =>
    inFolder((folder) => {
      const pids = path.join(folder, "pids")
      const { found, remedy, status } = lookWith(folder, `sleep 600 &\necho $$ $! > ${pids}\nwait`)
      assert.strictEqual(status, "failed")
      assert.strictEqual(found, "nvidia-smi did not answer within 4 seconds, and was ended")
      assert.match(remedy ?? "", /dmesg/)
      const left = fs.readFileSync(pids, "utf8").trim().split(" ").map(Number)
      assert.strictEqual(left.length, 2)
      assert.isFalse(left.some(lives))
    }))

  it.effect.skipIf(Location.nvidiaSeen())("says that there is none, which is no fault", () =>
    Effect.sync(() => {
      const { found, remedy, status } = lookOnce(Gpu.check, {})
      assert.deepStrictEqual([status, remedy], ["ok", null])
      assert.include(found, "there is no NVIDIA GPU here")
    }))
})
