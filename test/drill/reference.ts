import { beforeAll, describe } from "@effect/vitest"
import type { Kernels as Sound } from "../../runtime/step/Kernels.ts"
import * as ReferenceCases from "../../runtime/engine/reference/ReferenceCases.ts"
import * as Backend from "../../runtime/engine/wasm/Backend.ts"
import * as Kernels from "../../runtime/engine/wasm/Kernels.ts"
import { noticeWhatIsBroken } from "../runtime/engine/reference/noticing.ts"

describe("All reference cases", () => {
  let sound: Sound
  beforeAll(async () => {
    sound = Kernels.make(await Backend.load())
  })
  noticeWhatIsBroken(() => sound, () => ReferenceCases.all)
})
