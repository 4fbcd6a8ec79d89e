/**
 * Runs the measurements that are named, or all of them:  npm run bench -- session pytorch
 */
import * as os from "node:os"
import * as Words from "../dsl/Words.ts"
import { againstPytorch } from "./AgainstPytorch.ts"
import type { Bench } from "./Bench.ts"
import { faults } from "./Faults.ts"
import { firstStepTaken } from "./FirstStep.ts"
import { guard } from "./Guard.ts"
import { loopOverhead } from "./LoopOverhead.ts"
import { planStart } from "./PlanStart.ts"
import { queue } from "./Queue.ts"
import { review } from "./Review.ts"
import { sessionAgainstEager } from "./SessionAgainstEager.ts"
import { wasmKernels } from "./WasmKernels.ts"

const benches: Readonly<Record<string, Bench>> = {
  session: sessionAgainstEager,
  wasm: wasmKernels,
  pytorch: againstPytorch,
  guard,
  loop: loopOverhead,
  faults,
  plan: planStart,
  queue,
  review,
  "first-step": firstStepTaken
}

const say = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => benches[name] === undefined)
if (unknown.length > 0) {
  const names = Object.keys(benches).join(", ")
  process.stderr.write(`no measurement is called ${unknown.join(" or ")}: there are ${names}\n`)
  process.exitCode = 2
} else {
  const processor = os.cpus()[0]?.model ?? "unknown processor"
  say(`${processor}, ${os.availableParallelism()} cores, Node ${process.versions.node}`)
  for (const [name, bench] of Object.entries(benches)) {
    if (asked.length > 0 && !asked.includes(name)) continue
    say(`\n${name}: ${bench.title}\n  predicted: ${bench.prediction}`)
    try {
      for (const line of await bench.measure()) say(`  ${line}`)
    } catch (cause) {
      say(`  not measured: ${Words.reasonOf(cause)}`)
      process.exitCode = 1
    }
  }
}
