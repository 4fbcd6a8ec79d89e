import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import * as DoctorText from "../../../runtime/report/DoctorText.ts"
import type { Diagnosis } from "../../../runtime/run/doctor/Doctor.ts"
import { assertGolden } from "./golden.ts"
import * as Texts from "./texts.ts"

const diagnoses: ReadonlyArray<Diagnosis> = [
  { name: "node", status: "ok", found: "24.21.0 (/usr/bin/node)", remedy: null },
  {
    name: "engine tensorflow",
    status: "warning",
    found: "not installed (npx ballast engine install tensorflow)",
    remedy: "npx ballast engine install tensorflow"
  },
  { name: "engine auto", status: "ok", found: "takes wasm: tensorflow is passed over: not installed", remedy: null },
  {
    name: "disk",
    status: "failed",
    found: "/home/ada/experiments/.ballast cannot be written to: EROFS: read-only file system",
    remedy: "remount it for the user who trains, or name another folder with --home or BALLAST_HOME"
  }
]

describe("DoctorText", () => {
  it("writes a remedy under what is wrong, and counts", async () => {
    await assertGolden("doctor-100", DoctorText.of(diagnoses, 100))
    await assertGolden("doctor-60", DoctorText.of(diagnoses, 60))
  })

  it("says when nothing is wrong, and when warnings alone are there", () => {
    assert.match(Texts.plain(DoctorText.of(diagnoses.slice(0, 1), 80)), /\nnothing keeps trainings from running here\n$/)
    assert.match(Texts.plain(DoctorText.of(diagnoses.slice(0, 2), 80)), /running here, 1 warning\n$/)
    assert.match(Texts.plain(DoctorText.of(diagnoses, 80)), /\n1 failed, 1 warning\n$/)
  })

  it("fits, whatever is found", () => {
    FastCheck.assert(FastCheck.property(Texts.text, Texts.text, Texts.text, Texts.columns, (name, found, remedy, columns) => {
      Texts.assertFits(DoctorText.of([...diagnoses, { name, status: "failed", found, remedy }], columns), columns)
    }))
  })
})
