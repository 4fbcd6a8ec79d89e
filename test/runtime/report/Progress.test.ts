import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import { stripVTControlCharacters } from "node:util"
import * as Line from "../../../runtime/report/Line.ts"
import * as Progress from "../../../runtime/report/Progress.ts"
import type { Event } from "../../../runtime/train/Event.ts"
import { checkpointEvent, evalEvent, monitorEvent, statusEvent, stepEvent } from "./events.ts"
import { Terminal } from "./terminal.ts"
import * as Samples from "./samples.ts"
import * as Texts from "./texts.ts"

const run = { id: "r1", arm: "clip + warmup", seed: 0 }

/** A launch of one run on a terminal, with a clock that stands until it is moved. */
const onTerminal = (columns: number, runs: ReadonlyArray<typeof run> = [run]) => {
  const terminal = new Terminal(columns, 24)
  const clock = { now: 0 }
  const progress = Progress.make(terminal, {}, () => clock.now)
  terminal.write("$ ballast run x.ts\n")
  progress.launch("coldstart", runs)
  return { terminal, progress, clock }
}

/** The same into a log. */
const intoLog = (environment: Readonly<Record<string, string>> = {}, columns?: number) => {
  const written: Array<string> = []
  const clock = { now: 0 }
  const output = { isTTY: columns !== undefined, columns: columns ?? 0, write: (text: string) => written.push(text) }
  const progress = Progress.make(output, environment, () => clock.now)
  progress.launch("coldstart", [run])
  return { progress, clock, lines: () => written.join("").split("\n").slice(0, -1) }
}

const training = (progress: Progress.Progress, steps: number, clock: { now: number }, each: number): void => {
  progress.event(statusEvent(0, "training"), run)
  for (let step = 0; step < steps; step++) {
    clock.now += each
    progress.event(stepEvent(step), run)
  }
}

describe("Progress on a terminal", () => {
  it("shows a run's figures in place", () => {
    const { clock, progress, terminal } = onTerminal(80)
    training(progress, 42, clock, 500)
    assert.deepStrictEqual(terminal.text, [
      "$ ballast run x.ts",
      "coldstart: 1 run (clip + warmup; seed 0)",
      "clip + warmup, seed 0  ━━━━━━━━━─────────────   42/100  118 images/s  29 s left",
      "  loss 3.143 = box 1.204 + class 0.9384 + dfl 1.000  ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁",
      "  gradient norm 12.35  clipped 33%  learning rate 0.03120"
    ])
  })

  it("shows the phase before training, and which run of how many", () => {
    const { progress, terminal } = onTerminal(80, [run, { id: "r2", arm: "bare", seed: 0 }])
    progress.event(statusEvent(0, "compiling", null, "r2"), { arm: "bare", seed: 0 })
    assert.strictEqual(terminal.text.at(-1), "bare, seed 0  compiling  run 1 of 2")
  })

  it("rewrites at most ten times a second", () => {
    const { clock, progress, terminal } = onTerminal(80)
    progress.event(statusEvent(0, "training"), run)
    const before = terminal.writes.length
    for (let step = 0; step < 100; step++) {
      clock.now += 10
      progress.event(stepEvent(step), run)
    }
    const rewrites = terminal.writes.length - before
    assert.isAtMost(rewrites, 10)
    assert.isAtLeast(rewrites, 8)
  })

  it("takes itself away before anything else is written, and comes back below", () => {
    const { clock, progress, terminal } = onTerminal(80)
    training(progress, 5, clock, 500)
    progress.say(Line.of("SIGINT: ending with a checkpoint"))
    assert.strictEqual(terminal.text[2], "SIGINT: ending with a checkpoint")
    assert.match(terminal.text[3] ?? "", /^clip \+ warmup, seed 0 .* 5\/100/)
    assert.lengthOf(terminal.text, 6)
    progress.done()
    assert.deepStrictEqual(terminal.text.slice(1), [
      "coldstart: 1 run (clip + warmup; seed 0)",
      "SIGINT: ending with a checkpoint"
    ])
  })

  it("leaves evaluations and ends, and no trace of itself", () => {
    const { clock, progress, terminal } = onTerminal(80)
    training(progress, 50, clock, 500)
    progress.event(checkpointEvent(50), run)
    progress.event(statusEvent(50, "evaluating"), run)
    assert.match(terminal.text.at(-3) ?? "", /50\/100 {2}evaluating/)
    progress.event(evalEvent(50), run)
    assert.match(terminal.text.at(-1) ?? "", /mAP50 0\.412 at 50/)
    progress.event(statusEvent(50, "interrupted"), run)
    progress.done()
    assert.deepStrictEqual(terminal.text.slice(2), [
      "clip + warmup, seed 0   50/100  mAP50 0.412  mAP50-95 0.206  in 4.1 s",
      "clip + warmup, seed 0  interrupted after 50 steps"
    ])
  })

  it("shows NaN at once, whatever the throttle, and the fault in words", () => {
    const { clock, progress, terminal } = onTerminal(100)
    training(progress, 3, clock, 1)
    const parts = { box: 1.2, class: NaN, dfl: 1 }
    progress.event(stepEvent(3, { loss: NaN, parts, gradNorm: Infinity, finite: false }), run)
    assert.match(terminal.text.join("\n"), /step 3 is not finite: loss NaN = box 1\.200 \+ class NaN/)
    assert.match(terminal.text.join("\n"), /gradient norm inf/)
    progress.event(statusEvent(3, "failed", "at step 3 the loss is NaN"), run)
    assert.strictEqual(terminal.text.at(-1), "clip + warmup, seed 0  failed after 4 steps: at step 3 the loss is NaN")
  })

  it("never hides the cursor and never lets a line break, whatever the width", () => {
    for (const columns of [10, 20, 40, 60, 80, 100, 140, 200]) {
      const { clock, progress, terminal } = onTerminal(columns)
      terminal.write("\u001b[J")
      const before = terminal.broken
      for (let step = 0; step < 60; step++) {
        clock.now += 700
        progress.event(stepEvent(step), run)
        assert.strictEqual(terminal.broken, before, `${columns} columns`)
      }
      assert.isFalse(terminal.writes.some((text) => text.includes("\u001b[?25l")))
    }
  })

  it("shows how hard the parts of the loss pull, the latest measurement in place of the last", () => {
    const { clock, progress, terminal } = onTerminal(80)
    training(progress, 10, clock, 500)
    progress.event(monitorEvent(10, 1.5, 6), run)
    clock.now += 500
    progress.event(stepEvent(10), run)
    assert.strictEqual(
      terminal.text.at(-1),
      "  gradient of box 1.500  of class 6.000  of dfl 2.000  box : class 1 : 4  at 10"
    )
    const lines = terminal.text.length
    progress.event(monitorEvent(11, 3, 1), run)
    clock.now += 500
    progress.event(stepEvent(11), run)
    assert.match(terminal.text.at(-1) ?? "", /box : class 3 : 1 {2}at 11$/)
    assert.lengthOf(terminal.text, lines)
    progress.done()
    assert.deepStrictEqual(terminal.text, ["$ ballast run x.ts", "coldstart: 1 run (clip + warmup; seed 0)"])
  })

  it("keeps the ratio of the parts where not all of their norms have room", () => {
    const { clock, progress, terminal } = onTerminal(50)
    training(progress, 10, clock, 500)
    progress.event(monitorEvent(10, 1.5, 36), run)
    clock.now += 500
    progress.event(stepEvent(10), run)
    assert.match(terminal.text.at(-1) ?? "", /^ {2}gradient of box 1\.500 .*box : class 1 : 24/)
    assert.include(terminal.writes.join(""), "\u001b[33m1 : 24")
  })

  it("shows a classifier's loss without parts, and its accuracy", () => {
    const { clock, progress, terminal } = onTerminal(80)
    clock.now += 500
    progress.event(evalEvent(3, { map: null, map50: null, accuracy: 0.6667 }), run)
    progress.event(stepEvent(3, { loss: 0.6512, parts: { class: 0.6512 } }), run)
    assert.match(terminal.text.at(-2) ?? "", /^ {2}loss 0\.6512$/)
    assert.match(terminal.text.at(-1) ?? "", /accuracy 0\.667 at 3$/)
    assert.notInclude(terminal.text.join("\n"), "mAP")
  })

  it("follows the terminal's width, and leaves nothing behind when it changes", () => {
    const { clock, progress, terminal } = onTerminal(100)
    training(progress, 30, clock, 500)
    for (const columns of [40, 120, 25, 80]) {
      terminal.resize(columns)
      clock.now += 500
      progress.event(stepEvent(30), run)
      assert.lengthOf(terminal.text.filter((line) => line.includes("gradient norm")), 1, `${columns} columns`)
      assert.lengthOf(terminal.text.filter((line) => /^ {2}loss/.test(line)), 1, `${columns} columns`)
    }
    progress.done()
    assert.deepStrictEqual(terminal.text, ["$ ballast run x.ts", "coldstart: 1 run (clip + warmup; seed 0)"])
  })

  it("follows runs in any order, each with figures of its own", () => {
    const other = { id: "r2", arm: "bare", seed: 1 }
    const { clock, progress, terminal } = onTerminal(100, [run, other])
    clock.now += 1000
    progress.event(stepEvent(9, { run: "r2" }), other)
    clock.now += 1000
    progress.event(stepEvent(4), run)
    assert.match(terminal.text.at(-3) ?? "", /^clip \+ warmup, seed 0 .* 5\/100 .*run 2 of 2$/)
    clock.now += 1000
    progress.event(stepEvent(10, { run: "r2" }), other)
    assert.match(terminal.text.at(-3) ?? "", /^bare, seed 1 .* 11\/100 .*run 1 of 2$/)
  })

  it("counts a second attempt from its beginning", () => {
    const { clock, progress, terminal } = onTerminal(100)
    training(progress, 3, clock, 500)
    clock.now += 500
    progress.event(stepEvent(0, { attempt: 2, clipped: false }), run)
    assert.match(terminal.text.at(-3) ?? "", /^clip \+ warmup, seed 0, attempt 2 .* 1\/100/)
    assert.match(terminal.text.at(-1) ?? "", /clipped 0%/)
  })
})

/** What a launch hears of a run that explodes, is looked into, clipped, killed and gone on with. */
const retried = (progress: Progress.Progress, clock: { now: number }): void => {
  const [first = Samples.attempt, second = Samples.attempt, third = Samples.attempt] = Samples.remedied.attempts
  const told = (attempt: number, event: Event): void => {
    clock.now += 200
    progress.event({ ...event, attempt }, run)
  }
  const change = (change: string, cured: boolean | null): Event => ({ kind: "trial", run: "r1", attempt: 1, step: 17, change, cured })
  progress.begins(run, first)
  told(1, statusEvent(0, "training"))
  for (const step of [0, 16]) told(1, stepEvent(step))
  told(1, { kind: "spike", run: "r1", attempt: 1, step: 16, loss: null, gradNorm: null })
  told(1, stepEvent(17, { loss: NaN, finite: false }))
  told(1, { kind: "incident", run: "r1", attempt: 1, step: 17, directory: "incident", tag: "NonFinite", message: "it broke" })
  told(1, statusEvent(17, "failed", "at step 17 the loss is NaN"))
  progress.decided(run, first, { kind: "diagnose" })
  told(1, change("same again", false))
  told(1, change("a tighter clip", true))
  told(1, change("another engine", null))
  if (first.remedy !== null) progress.decided(run, first, { kind: "remedy", remedy: first.remedy })
  progress.begins(run, second)
  told(2, statusEvent(10, "training", "from step 10, not to the bit: the training has changed since then"))
  told(2, stepEvent(10))
  told(2, stepEvent(79))
  // Its process was killed: it says nothing more.
  clock.now += 1000
  progress.decided(run, second, { kind: "again", after: 1.7, from: 70, try: 1, of: 5 })
  clock.now += 1700
  progress.begins(run, third)
  told(3, statusEvent(70, "training", "from step 70"))
}

describe("Progress of a run that is retried", () => {
  it("tells in plain lines what broke, what was tried, what is changed and how it goes on", () => {
    const { clock, lines, progress } = intoLog()
    retried(progress, clock)
    const name = "clip + warmup, seed 0"
    assert.deepStrictEqual(lines().filter((line) => !/\/100 /.test(line)).slice(1).map((line) => line.replace(name, "X")), [
      "X  training",
      "X  step 17 is not finite: loss NaN = box 1.204 + class 0.9384 + dfl 1.000, gradient norm 12.35, learning rate 0.03120",
      "X  failed after 18 steps: at step 17 the loss is NaN",
      "X  diagnosing",
      "X  diagnosing: same again: not cured",
      "X  diagnosing: a tighter clip: cured",
      "X  diagnosing: another engine: not tried",
      "X  explosion: the norm rose 300-fold over the 12 steps before; a tighter clip cures it, the same again does not; first not "
      + "finite:",
      `${" ".repeat(name.length + 2)}head.class.0, forward`,
      "X  attempt 2 from step 10: clip: Clip.off -> Clip.globalNorm(1)",
      "X, attempt 2  training: from step 10, not to the bit: the training has changed since then",
      "X, attempt 2  failed after 80 steps: the training process was ended by SIGKILL (WorkerLost at step 80, brought about by --inject "
      + "kill@80)",
      "X, attempt 2  waits 1.7 s, then attempt 3 from step 70: try 1 of 5",
      "X, attempt 3  the checkpoint step-000075 was refused: weights.safetensors is not what was written",
      "X, attempt 3  training: from step 70"
    ])
  })

  it("shows in place what it is at, and leaves what it said", () => {
    const { clock, progress, terminal } = onTerminal(80)
    const before = terminal.writes.length
    retried(progress, clock)
    const frames = terminal.writes.slice(before).map(stripVTControlCharacters)
    assert.isTrue(frames.some((frame) => /18\/100 {2}diagnosing/.test(frame)))
    assert.isTrue(frames.some((frame) => /attempt 2 .*80\/100 {2}waiting/.test(frame)))
    assert.match(terminal.text.at(-1) ?? "", /^clip \+ warmup, seed 0, attempt 3$/)
    progress.done()
    const left = terminal.text.join("\n")
    assert.include(left, "clip + warmup, seed 0  attempt 2 from step 10: clip: Clip.off ->\n")
    assert.include(left, "waits 1.7 s, then attempt 3 from step")
    assert.notMatch(left, /━|waiting/)
    assert.strictEqual(terminal.broken, 0)
  })

  it("counts spikes in the figures", () => {
    const { clock, progress, terminal } = onTerminal(100)
    training(progress, 40, clock, 500)
    for (const step of [40, 41]) {
      clock.now += 500
      progress.event({ kind: "spike", run: "r1", attempt: 1, step, loss: null, gradNorm: { value: 9, median: 1, deviations: 12 } }, run)
      progress.event(stepEvent(step), run)
    }
    assert.match(terminal.text.at(-1) ?? "", / {2}2 spikes$/)
  })

  it("says why no attempt follows", () => {
    const { lines, progress } = intoLog()
    progress.decided(run, Samples.failed.attempts[0] ?? Samples.attempt, { kind: "stop", reason: "Retry.never ends a run at its first fault" })
    assert.deepStrictEqual(lines().slice(1), [
      "clip + warmup, seed 0  failed after 17 steps: at step 17 the loss is NaN (NonFinite)",
      "clip + warmup, seed 0  no further attempt: Retry.never ends a run at its first fault"
    ])
  })

  it("counts the steps before an attempt that went on from a checkpoint and ended before its first one", () => {
    const { lines, progress } = intoLog()
    const second = { ...Samples.attempt, number: 2, from: 20, status: "failed" as const }
    progress.begins(run, second)
    progress.event({ ...statusEvent(20, "failed", "no memory is left"), attempt: 2 }, run)
    const fault = { tag: "EngineFault", message: "no kernel", step: null, onset: 30, injected: null }
    progress.decided(run, { ...second, number: 3, from: 30, fault }, { kind: "stop", reason: "none" })
    assert.deepStrictEqual(lines().slice(-3), [
      "clip + warmup, seed 0, attempt 2  failed after 20 steps: no memory is left",
      "clip + warmup, seed 0, attempt 3  failed after 30 steps: no kernel (EngineFault)",
      "clip + warmup, seed 0, attempt 3  no further attempt: none"
    ])
  })
})

describe("Progress elsewhere", () => {
  it("writes plain lines of a whole run", () => {
    const { clock, lines, progress } = intoLog()
    progress.event(statusEvent(0, "starting"), run)
    progress.event(statusEvent(0, "compiling"), run)
    training(progress, 3, clock, 3000)
    progress.event(statusEvent(3, "evaluating"), run)
    progress.event(evalEvent(3), run)
    progress.event(statusEvent(3, "training"), run)
    progress.event(checkpointEvent(3), run)
    progress.event(statusEvent(3, "succeeded"), run)
    progress.done()
    const name = "clip + warmup, seed 0"
    assert.deepStrictEqual(lines(), [
      "coldstart: 1 run (clip + warmup; seed 0)",
      `${name}  starting`,
      `${name}  compiling`,
      `${name}  training`,
      `${name}    1/100  loss 3.143 = box 1.204 + class 0.9384 + dfl 1.000  norm 12.35  clipped 100%  lr 0.03120`
      + "  118 images/s",
      `${name}    3/100  loss 3.143 = box 1.204 + class 0.9384 + dfl 1.000  norm 12.35  clipped 33%  lr 0.03120`
      + "  118 images/s  4 min 51 s left",
      `${name}  evaluating`,
      `${name}    3/100  mAP50 0.412  mAP50-95 0.206  in 4.1 s`,
      `${name}  saved checkpoints/step-000003`,
      `${name}  succeeded: 3 steps in 9.0 s, last loss 3.143`
    ])
  })

  it("writes what was watched as lines that stay, with the step before whose update it was", () => {
    const { clock, lines, progress } = intoLog()
    progress.event(monitorEvent(0, 1.5, 6), run)
    training(progress, 10, clock, 1)
    progress.event(monitorEvent(10, 36, 1.5), run)
    const name = "clip + warmup, seed 0"
    const norms = (box: string, classes: string): string =>
      `gradient of box ${box}  of class ${classes}  of dfl 2.000  box : class`
    assert.strictEqual(lines()[1], `${name}  step 0  ${norms("1.500", "6.000")} 1 : 4`)
    assert.strictEqual(lines().at(-1), `${name}   10/100  ${norms("36.00", "1.500")} 24 : 1`)
  })

  it("writes a classifier's lines, and why it stopped early", () => {
    const { lines, progress } = intoLog()
    progress.event(statusEvent(9, "training"), run)
    progress.event(stepEvent(9, { loss: 0.6512, parts: { class: 0.6512 }, clipBound: Infinity, clipped: false }), run)
    progress.event(evalEvent(10, { map: null, map50: null, accuracy: 0.6667 }), run)
    const { parts, whole } = monitorEvent(10, 1, 0.42)
    progress.event({ ...monitorEvent(10, 1, 1), parts: { class: parts.class ?? whole } }, run)
    const stopped = "stopped early: in 2 evaluations in a row accuracy did not rise above its best, 0.7 after step 4"
    progress.event(statusEvent(10, "succeeded", stopped), run)
    const name = "clip + warmup, seed 0"
    assert.deepStrictEqual(lines().slice(2), [
      `${name}   10/100  loss 0.6512  norm 12.35  not clipped  lr 0.03120  118 images/s`,
      `${name}   10/100  accuracy 0.667  in 4.1 s`,
      `${name}   10/100  gradient of class 0.4200`,
      `${name}  succeeded: 10 steps in 0.0 s, last loss 0.6512; stopped early: in 2 evaluations in a row accuracy did not`
      + " rise above its best, 0.7 after",
      `${" ".repeat(name.length + 2)}step 4`
    ])
  })

  it("tells the bound of a policy that moves it, and none of one that does not", () => {
    const { clock, lines, progress } = intoLog()
    progress.event(statusEvent(0, "training"), run)
    for (const [step, clipBound] of [Infinity, 4, 2.5].entries()) {
      clock.now += 6000
      progress.event(stepEvent(step, { clipBound, clipped: clipBound < 4 }), run)
    }
    assert.deepStrictEqual(
      lines().slice(2).map((line) => / {2}(not clipped|clipped.*%)( {2}bound [\d.]+)?/.exec(line)?.[0]),
      ["  not clipped", "  clipped 0%  bound 4.000", "  clipped 33%  bound 2.500"]
    )
    const fixed = intoLog()
    training(fixed.progress, 10, fixed.clock, 6000)
    assert.notInclude(fixed.lines().join("\n"), "bound")
  })

  it("writes a step's line at every tenth of the steps, or after 5 seconds", () => {
    const fast = intoLog()
    training(fast.progress, 100, fast.clock, 1)
    assert.deepStrictEqual(
      fast.lines().flatMap((line) => /(\d+)\/100/.exec(line)?.[1] ?? []),
      ["1", "11", "21", "31", "41", "51", "61", "71", "81", "91", "100"]
    )
    const slow = intoLog()
    training(slow.progress, 9, slow.clock, 2000)
    assert.deepStrictEqual(slow.lines().flatMap((line) => /(\d+)\/100/.exec(line)?.[1] ?? []), ["1", "4", "7"])
  })

  it("writes no escape sequence, and none under NO_COLOR or CI on a terminal", () => {
    for (const log of [intoLog(), intoLog({ NO_COLOR: "1" }, 80), intoLog({ CI: "1" }, 80)]) {
      training(log.progress, 10, log.clock, 6000)
      log.progress.event(stepEvent(10, { finite: false, loss: NaN }), run)
      log.progress.event(statusEvent(10, "failed", "at step 10 the loss is NaN"), run)
      log.progress.say(Line.of(Line.span("said", "bad")))
      assert.notInclude(log.lines().join("\n"), "\u001b")
      assert.match(log.lines().join("\n"), /loss NaN/)
      assert.strictEqual(log.lines().at(-1), "said")
    }
  })
})

describe("Progress, whatever it is told", () => {
  const event: FastCheck.Arbitrary<Event> = FastCheck.oneof(
    FastCheck.record({ step: FastCheck.nat(200), loss: Texts.number, gradNorm: Texts.number, rate: Texts.number })
      .map(({ gradNorm, loss, rate, step }) =>
        stepEvent(step, {
          loss,
          gradNorm,
          learningRate: rate,
          imagesPerSecond: rate,
          parts: { box: loss, class: rate, dfl: gradNorm },
          clipBound: rate,
          finite: Number.isFinite(loss)
        })
      ),
    FastCheck.record({
      status: FastCheck.constantFrom("starting" as const, "training" as const, "evaluating" as const, "failed" as const),
      detail: FastCheck.option(Texts.text)
    }).map(({ detail, status }) => statusEvent(3, status, detail)),
    FastCheck.tuple(Texts.number, Texts.number).map(([box, classes]) => monitorEvent(3, box, classes)),
    FastCheck.constantFrom(evalEvent(3), evalEvent(3, { map: null, map50: null, accuracy: 0.5 }), checkpointEvent(3))
  )

  it("keeps its live lines inside of the terminal and takes them all away", () => {
    FastCheck.assert(FastCheck.property(
      // An arm may have the lines of a bar in its name: they stay.
      Texts.text.filter((arm) => !/[━─]/.test(arm)),
      FastCheck.array(event, { maxLength: 12 }),
      FastCheck.integer({ min: 20, max: 140 }),
      (arm, events, columns) => {
        const terminal = new Terminal(columns)
        let now = 0
        const progress = Progress.make(terminal, {}, () => now)
        progress.launch(arm, [{ id: "r1", arm, seed: 3 }])
        for (const event of events) {
          now += 150
          progress.event(event, { arm, seed: 3 })
        }
        progress.done()
        const written = terminal.text.join("\n")
        assert.notMatch(written, /━|─|gradient norm \S+ {2}/)
        assert.notMatch(written, /[^\P{Cc}\n]/u)
        progress.say(Line.of("end"))
        assert.strictEqual(terminal.text.at(-1), "end")
      }
    ))
  })
})
