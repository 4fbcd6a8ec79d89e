/** Finds the middle of some numbers; NaN where there are none. */
export const median = (values: ReadonlyArray<number>): number => {
  const ascending = values.toSorted((left, right) => left - right)
  const middle = ascending.length / 2
  return Number.isInteger(middle)
    ? ((ascending[middle - 1] ?? NaN) + (ascending[middle] ?? NaN)) / 2
    : ascending[Math.floor(middle)] ?? NaN
}

/** Times one call in milliseconds. */
export const timed = (body: () => void): number => {
  const began = performance.now()
  body()
  return performance.now() - began
}

/** The milliseconds of each contestant's calls, in the order in which they took turns. */
export type Times = Readonly<Record<string, ReadonlyArray<number>>>

/**
 * Lets contestants take turns, so that whatever disturbs the machine disturbs all of them, and returns their times.
 * A turn answers with the milliseconds of each of its calls.
 */
export const alternate = async (
  turns: number,
  contestants: Readonly<Record<string, () => Promise<ReadonlyArray<number>> | ReadonlyArray<number>>>
): Promise<Times> => {
  const times = new Map(Object.keys(contestants).map((name) => [name, [] as Array<number>]))
  for (let turn = 0; turn < turns; turn++) {
    // In a fixed order a contestant would always follow the same one.
    const order = Object.entries(contestants)
    for (const [name, contestant] of turn % 2 === 0 ? order : order.toReversed()) {
      times.get(name)?.push(...await contestant())
    }
  }
  return Object.fromEntries(times)
}

/** Says a contestant's median and the middle half of its times. */
export const told = (name: string, times: ReadonlyArray<number>): string => {
  const ascending = times.toSorted((left, right) => left - right)
  const at = (share: number): string => (ascending[Math.floor(share * (ascending.length - 1))] ?? NaN).toFixed(1)
  return `${name}: ${median(times).toFixed(1)} ms (middle half ${at(0.25)} to ${at(0.75)}, ${times.length} times)`
}
