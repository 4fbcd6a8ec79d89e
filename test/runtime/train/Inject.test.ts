import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { Diverged, type Fault, NonFinite, OutOfMemory, WorkerLost } from "../../../dsl/Fault.ts"
import * as Injection from "../../../dsl/Injection.ts"
import type { Batch } from "../../../runtime/data/Batch.ts"
import * as Checkpoint from "../../../runtime/train/Checkpoint.ts"
import * as Inject from "../../../runtime/train/Inject.ts"
import { batchOf, graphOf } from "../step/classifier.ts"

const graph = graphOf(0)

const injector = (text: string, batches: ReadonlyArray<Batch> = []) =>
  Inject.make(Result.getOrThrow(Injection.parse(text)), () => batches)

const nonFinite = new NonFinite({ step: 5, loss: NaN, gradNorm: NaN, message: "" })
const lost = new WorkerLost({ exitCode: null, signal: null, message: "" })
const full = new OutOfMemory({ step: 5, message: "" })

const sample = (split: "train" | "val", index: number): Batch["samples"][number] => ({
  row: 0,
  split,
  index,
  file: null,
  width: 8,
  height: 8,
  scale: 1,
  left: 0,
  top: 0,
  flipped: false
})

/** Runs what is to happen before step 3 in a process of its own. */
const beforeStep3 = (text: string) =>
  spawn(process.execPath, ["--input-type=module", "--eval", `
    const Inject = await import(${JSON.stringify(new URL("../../../runtime/train/Inject.ts", import.meta.url).href)})
    const Injection = await import(${JSON.stringify(new URL("../../../dsl/Injection.ts", import.meta.url).href)})
    const injector = Inject.make(Injection.parse(${JSON.stringify(text)}).success, () => [])
    for (const step of [0, 1, 2]) injector.before(step)
    process.stdout.write("before ")
    setTimeout(() => process.stdout.write("alive"))
    injector.before(3)
    process.stdout.write("after ")
  `], { stdio: ["ignore", "pipe", "inherit"] })

describe("Inject", () => {
  it("brings nothing about where nothing is asked for", () => {
    const none = Inject.make(null, () => [])
    assert.isNull(none.configuration(graph))
    assert.deepStrictEqual([none.badImage, none.scalars(0)], [null, [0, 0]])
    none.before(0)
    assert.strictEqual(none.writeFile(), Checkpoint.writeDurably)
    assert.isNull(none.cause(nonFinite, 5))
  })

  it("injects at a step's node, or in the middle of the network, and blames that step's fault alone", () => {
    const nan = injector("nan@5")
    assert.deepStrictEqual(injector("nan@5:stages.0.conv").configuration(graph), { node: "stages.0.conv" })
    assert.isTrue(graph.nodes.some(({ id }) => id === nan.configuration(graph)?.node))
    assert.deepStrictEqual([4, 5, 6].map(nan.scalars), [[0, 0], [NaN, 0], [0, 0]])
    assert.deepStrictEqual(injector("inf-gradient@5").scalars(5), [0, Infinity])
    assert.strictEqual(nan.cause(nonFinite, 5), "nan@5")
    assert.isNull(nan.cause(nonFinite, 6))
    assert.isNull(nan.cause(full, 5))
    assert.strictEqual(injector("inf-gradient@5!:a.b").cause(nonFinite, 5), "inf-gradient@5!:a.b")
  })

  it("blames a bad image for what goes wrong where it is shown", () => {
    const shown = [{ ...batchOf(0), samples: [sample("train", 3)] }, { ...batchOf(1), samples: [sample("train", 7)] }]
    assert.strictEqual(injector("bad-image@7").badImage, 7)
    assert.strictEqual(injector("bad-image@7", shown).cause(nonFinite, 5), "bad-image@7")
    assert.isNull(injector("bad-image@8", shown).cause(nonFinite, 5))
    assert.isNull(injector("bad-image@7", [{ ...batchOf(0), samples: [sample("val", 7)] }]).cause(nonFinite, 5))
    const diverged: Fault = new Diverged({ step: 5, loss: 1, best: 1, message: "" })
    assert.isNull(injector("bad-image@7", shown).cause(diverged, 5))
  })

  it("runs out of memory before a step", () => {
    const oom = injector("oom@5")
    oom.before(4)
    assert.throws(() => oom.before(5), /^out of memory/)
    assert.strictEqual(oom.cause(full, 5), "oom@5")
    assert.isNull(oom.cause(full, 6))
  })

  it("fills the disk at one checkpoint", () => {
    const disk = injector("disk-full@checkpoint:2")
    assert.strictEqual(disk.writeFile(), Checkpoint.writeDurably)
    assert.isNull(disk.cause(lost, 5))
    assert.notStrictEqual(disk.writeFile(), Checkpoint.writeDurably)
    assert.strictEqual(disk.cause(lost, 5), "disk-full@checkpoint:2")
    assert.strictEqual(disk.writeFile(), Checkpoint.writeDurably)
    assert.isNull(disk.cause(lost, 9))
  })

  it("kills the process before a step", async () => {
    const child = beforeStep3("kill@3")
    const [text] = await Promise.all([new Response(child.stdout as never).text(), once(child, "exit")])
    assert.deepStrictEqual([text, child.signalCode], ["before ", "SIGKILL"])
  })

  it("hangs before a step, timers and all", async () => {
    const child = beforeStep3("stall@3")
    const [first] = await once(child.stdout, "data") as [Buffer]
    assert.strictEqual(String(first), "before ")
    child.kill("SIGTERM")
    await once(child, "exit")
    assert.strictEqual(child.signalCode, "SIGTERM")
    assert.isNull(child.stdout.read())
  })
})
