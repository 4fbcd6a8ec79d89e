import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import * as Exit from "effect/Exit"
import * as TestClock from "effect/testing/TestClock"
import * as fs from "node:fs"
import * as path from "node:path"
import * as DiskSpace from "../../../../runtime/run/telemetry/DiskSpace.ts"
import { inTemporaryFolder } from "../temporary.ts"
import { valueOf } from "./exposition.ts"
import { measured, shown } from "./measuring.ts"

const told = Effect.map(shown, (families) => valueOf(families, "ballast_disk_free_bytes"))

/** Waits until a value is told that passes. */
const until = Effect.fnUntraced(function*(passes: (bytes: number) => boolean) {
  while (!passes(yield* told)) yield* Effect.promise(() => new Promise(setImmediate))
})

describe("DiskSpace", () => {
  it.effect("tells what the disk says, again and again, and NaN where it says nothing", () =>
    inTemporaryFolder((folder) =>
      measured(Effect.gen(function*() {
        const runs = path.join(folder, "runs")
        const scope = yield* Scope.make()
        yield* DiskSpace.watch(runs).pipe(Scope.provide(scope))
        assert.isNaN(yield* told)
        fs.mkdirSync(runs)
        const wait = Effect.andThen(TestClock.adjust("15 seconds"), Effect.promise(() => new Promise(setImmediate)))
        while (Number.isNaN(yield* told)) yield* wait
        const { bavail, bsize, blocks } = fs.statfsSync(runs)
        assert.closeTo(yield* told, bavail * bsize, blocks * bsize / 100)
        fs.rmdirSync(runs)
        yield* TestClock.adjust("15 seconds")
        yield* until(Number.isNaN)
        yield* Scope.close(scope, Exit.void)
      }))
    ))
})
