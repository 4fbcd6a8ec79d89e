import { assert, describe, it } from "@effect/vitest"
import * as Supervision from "../../../runtime/run/Supervision.ts"

const limits: Supervision.Limits = { silence: "5 seconds", time: null, memory: null }

/** Looks once a second until a limit is breached, at most so often; `hears` says in which of the seconds it is heard. */
const after = (watch: Supervision.Watch, seconds: number, hears: (second: number) => boolean = () => false) => {
  for (let second = 1; second <= seconds; second++) {
    if (hears(second)) watch.heard()
    const breach = watch.look(1000, null)
    if (breach !== null) return { second, ...breach }
  }
  return null
}

const underWay = (limits: Supervision.Limits): Supervision.Watch => {
  const watch = Supervision.watch(limits)
  watch.underWay()
  return watch
}

const ending: Supervision.Ending = {
  exit: { code: null, signal: "SIGKILL" },
  breach: null,
  step: 12,
  memory: 3 * 2 ** 30,
  outOfMemory: false,
  words: "what it said last"
}

describe("Supervision", () => {
  it("takes silence for a hang once the process is under way, and every sign of life for none", () => {
    assert.deepStrictEqual(after(underWay(limits), 20), { second: 6, limit: "silence", allowed: "5 seconds" })
    assert.isNull(after(underWay(limits), 200, (second) => second % 5 === 0))
    assert.deepStrictEqual(after(underWay(limits), 20, (second) => second === 4)?.second, 9)
  })

  it("waits longer while an engine compiles, but not for ever", () => {
    assert.isNull(after(Supervision.watch(limits), 600))
    assert.strictEqual(after(Supervision.watch(limits), 700)?.limit, "silence")
    assert.strictEqual(after(Supervision.watch({ ...limits, silence: "15 minutes" }), 1000)?.second, 901)
  })

  it("does not count a host's sleep as silence or time", () => {
    const watch = underWay({ ...limits, time: "10 seconds" })
    for (let look = 0; look < 2; look++) assert.isNull(watch.look(3_600_000, null))
    assert.strictEqual(after(watch, 20)?.limit, "silence")
  })

  it("holds against the limits on time and memory", () => {
    assert.deepStrictEqual(after(underWay({ ...limits, time: "3 seconds" }), 20, () => true), {
      second: 4,
      limit: "time",
      allowed: "3 seconds"
    })
    const watch = underWay({ ...limits, memory: "2 GiB" })
    assert.isNull(watch.look(1000, 2 * 2 ** 30))
    assert.isNull(watch.look(1000, null))
    assert.deepStrictEqual(watch.look(1000, 2 * 2 ** 30 + 1), { limit: "memory", allowed: "2 GiB" })
  })

  it("blames the limit for a process that was ended for it, not memory", () => {
    const silent = Supervision.blame({ ...ending, breach: { limit: "silence", allowed: "5 seconds" }, outOfMemory: true })
    assert.strictEqual(silent._tag, "Timeout")
    assert.match(silent.message, /^no sign of life for 5 seconds at step 12: .*host\.silence/)
    const slow = Supervision.blame({ ...ending, breach: { limit: "time", allowed: "1 hour" } })
    assert.strictEqual(slow._tag, "Timeout")
    assert.match(slow.message, /longer than 1 hour \(host\.time\) and was ended at step 12/)
    const large = Supervision.blame({ ...ending, breach: { limit: "memory", allowed: "2 GiB" } })
    assert.strictEqual(large._tag, "OutOfMemory")
    assert.match(large.message, /held 3\.0 GiB at step 12, and 2 GiB is what it may take \(host\.memory\)/)
  })

  it("says that memory ran out only where the system or the process itself says so", () => {
    const killed = Supervision.blame(ending)
    assert.strictEqual(killed._tag, "WorkerLost")
    assert.match(killed.message, /ended by SIGKILL at step 12 before it was done$/)
    const starved = Supervision.blame({ ...ending, outOfMemory: true })
    assert.strictEqual(starved._tag, "OutOfMemory")
    assert.match(starved.message, /the host ran out of memory at step 12 and the system ended the process, which held 3\.0 GiB/)
    const aborted = { ...ending, exit: { code: null, signal: "SIGABRT" }, words: "terminate called: std::bad_alloc" }
    assert.strictEqual(Supervision.blame(aborted)._tag, "OutOfMemory")
    const crashed = Supervision.blame({ ...ending, exit: { code: 7, signal: null } })
    assert.strictEqual(crashed._tag, "WorkerLost")
    assert.match(crashed.message, /ended with code 7 at step 12 before it was done; its last words:\nwhat it said last$/)
  })

  it("takes a request to end that came from elsewhere for a preemption", () => {
    const preempted = Supervision.blame({ ...ending, exit: { code: null, signal: "SIGTERM" }, step: null })
    assert.strictEqual(preempted._tag, "Preempted")
    assert.match(preempted.message, /\(SIGTERM\), as a host does/)
  })
})
