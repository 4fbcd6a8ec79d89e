import { assert, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { code } from "../../runtime/cli/ExitCode.ts"
import { part } from "../require.ts"

const root = path.resolve(import.meta.dirname, "../..")
const name = "ballast-worker.service"
const unit = fs.readFileSync(path.join(root, "docs/systemd", name), "utf8")

/** The values of a setting, in their order. */
const settings = (key: string): ReadonlyArray<string> =>
  unit.split("\n").flatMap((line) => line.startsWith(`${key}=`) ? [line.slice(key.length + 1)] : [])

const program = "systemd-analyze"

/** Runs systemd-analyze on the unit, as it is for a checkout that lies here. */
const analyze = (text: string, ...parameters: ReadonlyArray<string>): { readonly status: number | null; readonly said: string } => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "ballast-unit-"))
  try {
    const file = path.join(folder, name)
    fs.writeFileSync(file, text)
    const { status, stderr, stdout } = spawnSync(program, [...parameters, file], { encoding: "utf8" })
    return { status, said: stderr + stdout }
  } finally {
    fs.rmSync(folder, { recursive: true })
  }
}

const here = unit.replaceAll("/srv/ballast/node_modules/.bin/node", process.execPath).replaceAll("/srv/ballast", root)

const installed = spawnSync(program, ["--version"]).status === 0

part("systemd", installed, "docs/systemd", () => {
  it("is a unit that systemd takes", () => {
    assert.deepStrictEqual(analyze(here, "verify", "--man=no"), { status: 0, said: "" })
    assert.notStrictEqual(analyze(here.replace("Type=exec", "Type=exce"), "verify", "--man=no").said, "")
  })

  it("protects the host", () => {
    // systemd-analyze calls what is below 4 "OK", and what has no settings of this kind 9.
    const { said, status } = analyze(here, "security", "--offline=true", "--no-pager", "--threshold=30")
    assert.strictEqual(status, 0, said)
  })

  it("starts the worker by flags that it has", () => {
    const [command = ""] = settings("ExecStart")
    const [, file = "", subcommand, ...flags] = command.replaceAll("/srv/ballast", root).split(" ")
    assert.strictEqual(subcommand, "worker")
    const { stdout } = spawnSync(process.execPath, [file, "worker", "--help"], { encoding: "utf8" })
    for (const flag of flags.filter((word) => word.startsWith("--"))) assert.include(stdout, `${flag} `)
  })

  it("lets the worker end by itself, and takes that for success", () => {
    const source = fs.readFileSync(path.join(root, "runtime/run/EngineProcess.ts"), "utf8")
    const [, grace = "0"] = /^const graceMilliseconds = ([\d_]+)$/m.exec(source) ?? []
    const seconds = Number(grace.replaceAll("_", "")) / 1000
    assert.isAbove(seconds, 0)
    assert.isAbove(Number(settings("TimeoutStopSec")[0]), seconds)
    assert.deepStrictEqual(settings("SuccessExitStatus"), [String(code.terminated)])
    assert.deepStrictEqual(settings("RestartPreventExitStatus"), [String(code.usage)])
    assert.deepStrictEqual([settings("KillMode"), settings("KillSignal")], [["mixed"], ["SIGTERM"]])
  })

  it("leaves to trainings what they cannot do without", () => {
    for (const harmful of ["MemoryDenyWriteExecute", "PrivateDevices", "ProtectProc", "ProcSubset", "PrivateNetwork"]) {
      assert.deepStrictEqual(settings(harmful), [], harmful)
    }
    assert.deepStrictEqual(settings("DeviceAllow"), ["char-nvidia* rw"])
  })
})
