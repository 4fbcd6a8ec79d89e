import { spawnSync } from "node:child_process"
import * as path from "node:path"
import type { Bench } from "./Bench.ts"
import * as Server from "./Server.ts"
import { configuration, size } from "./Subject.ts"
import * as Timing from "./Timing.ts"

const warmUp = 8
const turns = 12
const stepsATurn = 6

const python = process.env["BALLAST_PYTHON"] ?? "python3"

const torchVersion = (): string => {
  const program = "import torch; print(torch.__version__)"
  const { error, stderr, stdout } = spawnSync(python, ["-c", program], { encoding: "utf8" })
  if (error !== undefined || stderr.includes("Error")) {
    throw new Error(
      `${python} has no torch${error === undefined ? "" : ` (${error.message})`}: name a Python that has it, `
        + "BALLAST_PYTHON=/path/to/venv/bin/python npm run bench -- pytorch"
    )
  }
  return stdout.trim()
}

const torch = (layout: string, optimizer: string): Server.Server =>
  Server.start(python, [
    path.join(import.meta.dirname, "pytorch/serve.py"),
    `--size=${size}`,
    `--batch=${configuration.batch}`,
    `--classes=${configuration.graph.classes.length}`,
    `--columns=${configuration.maxBoxes}`,
    `--layout=${layout}`,
    `--optimizer=${optimizer}`
  ])

const ballast = (environment: Readonly<Record<string, string>> = {}): Server.Server =>
  Server.start(process.execPath, [path.join(import.meta.dirname, "serve.ts")], environment)

/** The first step after another process had the cores finds cold caches and sleeping threads. */
const turnOf = (server: Server.Server) => async (): Promise<ReadonlyArray<number>> =>
  (await server.steps(stepsATurn + 1)).slice(1)

const least = (times: Timing.Times): readonly [name: string, times: ReadonlyArray<number>] =>
  Object.entries(times).reduce((best, next) => Timing.median(next[1]) < Timing.median(best[1]) ? next : best)

/** Measures a whole training step against PyTorch's on the processor, both with the real loss and clipping. */
export const againstPytorch: Bench = {
  title: "a step against PyTorch's",
  prediction: "at most 1.0 times PyTorch's time, by each side's best setting",
  measure: async () => {
    const version = torchVersion()
    const servers: Readonly<Record<string, Server.Server>> = {
      "ballast": ballast(),
      "ballast, 1 inter-op thread": ballast({ TF_NUM_INTEROP_THREADS: "1" }),
      "ballast, 1 intra-op and 2 inter-op threads": ballast({
        TF_NUM_INTRAOP_THREADS: "1",
        TF_NUM_INTEROP_THREADS: "2"
      }),
      "torch, channels last, fused": torch("channels_last", "fused"),
      "torch, channels last, foreach": torch("channels_last", "foreach"),
      "torch, contiguous, fused": torch("contiguous", "fused")
    }
    try {
      for (const server of Object.values(servers)) await server.steps(warmUp)
      const times = await Timing.alternate(
        turns,
        Object.fromEntries(Object.entries(servers).map(([name, server]) => [name, turnOf(server)]))
      )
      const side = (name: string): Timing.Times =>
        Object.fromEntries(Object.entries(times).filter(([contestant]) => contestant.startsWith(name)))
      const [[, ours], [theirName, theirs]] = [least(side("ballast")), least(side("torch"))]
      const ratio = (of: ReadonlyArray<number>): string => (Timing.median(of) / Timing.median(theirs)).toFixed(3)
      return [
        `torch ${version}`,
        ...Object.entries(times).map(([name, of]) => Timing.told(name, of)),
        `ballast as it comes / best of torch (${theirName}) = ${ratio(times["ballast"] ?? [])}`,
        `best of ballast / best of torch = ${ratio(ours)}`
      ]
    } finally {
      for (const server of Object.values(servers)) server.stop()
    }
  }
}
