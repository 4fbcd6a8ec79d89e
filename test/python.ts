import { spawnSync } from "node:child_process"

/** The Python that tests compare with; a virtual environment's, say, by `BALLAST_PYTHON`. */
export const python = process.env["BALLAST_PYTHON"] ?? "python3"

/** Tells whether Python is there with some modules. */
export const hasPython = (...modules: ReadonlyArray<string>): boolean =>
  spawnSync(python, ["-c", modules.map((name) => `import ${name}`).join("\n")], { stdio: "ignore" }).status === 0
