import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import * as EventFile from "../../../../runtime/report/tensorboard/EventFile.ts"
import * as RunFolder from "../../../../runtime/run/RunFolder.ts"
import { sectionOf } from "../../../../runtime/graph/Sections.ts"
import * as Checkpoint from "../../../../runtime/train/Checkpoint.ts"
import type { Event, StepEvent } from "../../../../runtime/train/Event.ts"
import * as EventLog from "../../../../runtime/train/EventLog.ts"
import { hasPython, python } from "../../../python.ts"
import { part } from "../../../require.ts"
import { inTemporaryFolder } from "../../run/temporary.ts"
import { checkpointOf, valuesOf } from "./checkpoints.ts"
import { checkpointEvent, evalEvent, monitorEvent, statusEvent, stepEvent } from "../events.ts"

const began = 1_700_000_000_000

/** An attempt's events, a second apart. */
const timed = (events: ReadonlyArray<Event>, from = began): ReadonlyArray<Event> =>
  events.map((event, index) => ({ ...event, at: from + 1000 * index }))

const log = (attempt: string, events: ReadonlyArray<Event>): void => {
  fs.mkdirSync(attempt, { recursive: true })
  const log = EventLog.open(RunFolder.events(attempt))
  for (const event of events) log.append(event)
  log.close()
}

const bytesOf = ({ file }: EventFile.EventFile): Buffer => file === null ? Buffer.alloc(0) : fs.readFileSync(file)

/** Writes an attempt's events, and an event file of them. */
const write = (
  run: string,
  number: number,
  events: ReadonlyArray<Event>,
  options: { readonly from?: number; readonly directory?: string } = {}
): EventFile.EventFile => {
  const attempt = RunFolder.attemptOf(run, number)
  log(attempt, events)
  const file = new EventFile.EventFile({ attempt, from: 0, ...options })
  file.catchUp()
  return file
}

describe("EventFile", () => {
  it.effect("comes to the same bytes however often it follows, and leaves a log alone that says nothing new", () =>
    inTemporaryFolder((folder) =>
      Effect.sync(() => {
        const events = timed([statusEvent(0, "training"), ...Array.from({ length: 20 }, (_, step) => stepEvent(step)), evalEvent(20)])
        const once = bytesOf(write(path.join(folder, "once"), 1, events))
        const attempt = RunFolder.attemptOf(path.join(folder, "often"), 1)
        const file = new EventFile.EventFile({ attempt, from: 0 })
        file.catchUp()
        assert.isNull(file.file)
        for (const event of events) {
          log(attempt, [event])
          file.catchUp()
          file.catchUp()
        }
        assert.isAbove(once.length, 1000)
        assert.deepStrictEqual(bytesOf(file), once)
        assert.strictEqual(path.basename(file.file ?? ""), "events.out.tfevents.1700000000.r1.0001")
      })
    ))

  it.effect("writes over what a write has left that was cut short", () =>
    inTemporaryFolder((folder) =>
      Effect.sync(() => {
        const [first, second] = [timed([stepEvent(0), stepEvent(1)]), timed([stepEvent(2), stepEvent(3)], began + 2000)]
        const whole = bytesOf(write(path.join(folder, "whole"), 1, [...first, ...second]))
        const file = write(path.join(folder, "torn"), 1, first)
        fs.appendFileSync(file.file ?? "", whole.subarray(bytesOf(file).length, -40))
        log(RunFolder.attemptOf(path.join(folder, "torn"), 1), second)
        file.catchUp()
        assert.deepStrictEqual(bytesOf(file), whole)
      })
    ))

  it.effect("is where it is to be, whatever events say of themselves", () =>
    inTemporaryFolder((folder) =>
      Effect.sync(() => {
        const away = "/../../../stray"
        const events = timed([stepEvent(0, { run: away })])
        const { file } = write(folder, 1, events)
        assert.strictEqual(file, path.join(EventFile.folder(RunFolder.attemptOf(folder, 1)), `events.out.tfevents.1700000000.${"_".repeat(10)}stray.0001`))
      })
    ))

  it.effect("tries again what could not be written", () =>
    inTemporaryFolder((folder) =>
      Effect.sync(() => {
        const attempt = RunFolder.attemptOf(folder, 1)
        log(attempt, timed([stepEvent(0)]))
        fs.writeFileSync(EventFile.folder(attempt), "in the way")
        const file = new EventFile.EventFile({ attempt, from: 0 })
        assert.throws(() => file.catchUp())
        fs.rmSync(EventFile.folder(attempt))
        file.catchUp()
        assert.isAbove(bytesOf(file).length, 0)
      })
    ))
})

type Told = readonly [step: number, at: number, value: number | string]

interface Read {
  readonly scalars: Readonly<Record<string, ReadonlyArray<Told>>>
  readonly histograms: Readonly<Record<string, ReadonlyArray<readonly [number, number, number, number, ReadonlyArray<number>, ReadonlyArray<number>]>>>
  readonly texts: Readonly<Record<string, ReadonlyArray<readonly [number, string]>>>
}

/** Reads a folder as TensorBoard does. */
const readBack = (folder: string): Read => {
  const program = path.resolve(import.meta.dirname, "../../../reference/readEvents.py")
  const { status, stderr, stdout } = spawnSync(python, [program, folder], { encoding: "utf8", maxBuffer: 1 << 28 })
  if (status !== 0) throw new Error(stderr)
  return (JSON.parse(stdout) as Readonly<Record<string, Read>>)[folder] ?? { scalars: {}, histograms: {}, texts: {} }
}

const number = (value: number | string): number =>
  value === "inf" ? Infinity : value === "-inf" ? -Infinity : value === "nan" ? NaN : Number(value)

const scalarsOf = (event: StepEvent): Readonly<Record<string, number>> => ({
  "loss/whole": event.loss,
  "loss/box": event.parts.box ?? NaN,
  "loss/class": event.parts.class ?? NaN,
  "loss/dfl": event.parts.dfl ?? NaN,
  "gradient/norm": event.gradNorm,
  "gradient/bound": event.clipBound,
  "gradient/clipped": Number(event.clipped),
  "gradient/finite": Number(event.finite),
  "update/learning_rate": event.learningRate,
  "update/momentum": event.momentum,
  "update/loss_scale": event.lossScale,
  "speed/images_per_second": event.imagesPerSecond
})

part("tensorboard", hasPython("tensorboard"), "EventFile, read by TensorBoard", () => {
  it.effect("holds every value of every event, in float32, at its step and its time", () =>
    inTemporaryFolder((folder) =>
      Effect.sync(() => {
        const odd = [NaN, Infinity, -Infinity, 1e-42, 3.4e38, 0]
        const steps = Array.from({ length: 50 }, (_, step) =>
          stepEvent(step, { loss: odd[step] ?? 10 / (step + 1), gradNorm: Math.exp(step / 3), clipBound: step % 2 === 0 ? Infinity : 1 }))
        const monitor = { ...monitorEvent(49, 1, 2), histograms: { backbone: { lowest: -3, counts: [4, 0, 7] }, neck: { lowest: 0, counts: [] } } }
        const events = timed([statusEvent(0, "training"), ...steps, monitor, evalEvent(50)])
        write(folder, 1, events)
        const { histograms, scalars } = readBack(EventFile.folder(RunFolder.attemptOf(folder, 1)))
        const expected = new Map<string, Array<readonly [number, number, number]>>()
        for (const event of events) {
          if (event.kind !== "step") continue
          for (const [tag, value] of Object.entries(scalarsOf(event))) {
            expected.set(tag, [...expected.get(tag) ?? [], [event.step, (event.at ?? 0) / 1000, Math.fround(value)]])
          }
        }
        for (const [tag, values] of expected) {
          assert.deepStrictEqual(scalars[tag]?.map(([step, at, value]) => [step, at, number(value)]), values.map((value) => [...value]), tag)
        }
        const at = (began + 1000 * 52) / 1000
        assert.deepStrictEqual(scalars["evaluation/map50"], [[50, at, Math.fround(0.412)]])
        assert.deepStrictEqual(scalars["gradient_norms/backbone"], [[49, at - 1, Math.fround(15.49)]])
        assert.deepStrictEqual(scalars["gradient_norms_of_class/head.class"], [[49, at - 1, 1]])
        assert.deepStrictEqual(histograms, { "gradient_magnitudes/backbone": [[49, 0.125, 1, 11, [0.25, 0.5, 1], [4, 0, 7]]] })
      })
    ), 60_000)

  it.effect("has the weights of every checkpoint that is still there, by section, wherever the folder lies", () =>
    inTemporaryFolder((folder) =>
      Effect.gen(function*() {
        const [run, taken] = [path.join(folder, "run"), path.join(folder, "taken")]
        const attempt = RunFolder.attemptOf(run, 1)
        const parametersAt = (step: number) =>
          ["backbone.1.conv.weight", "backbone.1.norm.scale", "neck.p4.conv.weight", "head.box.0.out.bias", "head.class.0.out.weight"]
            .map((name, index) => ({ name, shape: [3000], data: valuesOf(3000, 0.02 * (index + 1), step + index) }))
        for (const step of [10, 20, 30]) {
          const parameters = parametersAt(step)
          parameters[0]?.data.set([NaN, Infinity, -Infinity])
          yield* checkpointOf(attempt, step, parameters)
        }
        fs.rmSync(path.join(RunFolder.checkpoints(attempt), "step-000010"), { recursive: true })
        fs.truncateSync(path.join(RunFolder.checkpoints(attempt), "step-000020/weights.safetensors"), 5000)
        fs.renameSync(run, taken)
        write(taken, 1, timed([10, 20, 30].flatMap((step) => [stepEvent(step - 1), checkpointEvent(step)])))
        const moved = RunFolder.attemptOf(taken, 1)
        const { histograms, scalars } = readBack(EventFile.folder(moved))
        assert.lengthOf(scalars["loss/whole"] ?? [], 3)
        const { state: { parameters } } = yield* Checkpoint.read(path.join(RunFolder.checkpoints(moved), "step-000030"))
        const sections = Map.groupBy(parameters, ({ name }) => sectionOf(name))
        assert.deepStrictEqual(Object.keys(histograms).toSorted(), [...sections.keys()].map((section) => `weights/${section}`).toSorted())
        for (const [section, tensors] of sections) {
          const values = tensors.flatMap(({ data }) => [...data]).filter(Number.isFinite)
          const [[step, lowest, highest, all, limits, counts] = [], ...others] = histograms[`weights/${section}`] ?? []
          assert.deepStrictEqual([step, others], [30, []])
          assert.deepStrictEqual([lowest, highest, all], [Math.min(...values), Math.max(...values), values.length])
          const within = (low: number, high: number) => values.filter((value) => value >= low && value < high).length
          assert.deepStrictEqual(counts, limits?.map((limit, index) => within(limits[index - 1] ?? -Infinity, limit)))
        }
      })
    ), 60_000)

  it.effect("has the weights of a checkpoint once, however often a log tells of it", () =>
    inTemporaryFolder((folder) =>
      Effect.gen(function*() {
        const attempt = RunFolder.attemptOf(folder, 1)
        for (const step of [10, 20]) yield* checkpointOf(attempt, step, [{ name: "head.out.weight", shape: [40], data: valuesOf(40, 1, step) }])
        const often = Array.from({ length: 50 }, () => [checkpointEvent(20), checkpointEvent(10)]).flat()
        const file = write(folder, 1, timed([checkpointEvent(10), ...often]))
        log(attempt, timed(often))
        file.catchUp()
        assert.strictEqual(bytesOf(file).toString("latin1").split("weights/head").length - 1, 2)
      })
    ))

  it.effect("is read up to a record that a crash has torn", () =>
    inTemporaryFolder((folder) =>
      Effect.sync(() => {
        const file = write(folder, 1, timed([stepEvent(0), stepEvent(1), stepEvent(2)]))
        fs.truncateSync(file.file ?? "", bytesOf(file).length - 7)
        const { scalars } = readBack(EventFile.folder(RunFolder.attemptOf(folder, 1)))
        assert.deepStrictEqual(scalars["loss/whole"]?.map(([step]) => step), [0, 1])
      })
    ), 60_000)

  it.effect("shows of attempts in one folder what counts: from where one goes on, those before it are gone", () =>
    inTemporaryFolder((folder) =>
      Effect.sync(() => {
        const directory = path.join(folder, "shown")
        const first = timed([0, 1, 2, 3].map((step) => stepEvent(step, { loss: 1 })))
        const second = timed([2, 3, 4].map((step) => stepEvent(step, { attempt: 2, loss: 2 })), began + 3_600_000)
        write(folder, 1, first, { directory })
        write(folder, 2, second, { directory, from: 2 })
        const { scalars } = readBack(directory)
        assert.deepStrictEqual(scalars["loss/whole"]?.map(([step, , loss]) => [step, loss]), [[0, 1], [1, 1], [2, 2], [3, 2], [4, 2]])
      })
    ), 60_000)
})
