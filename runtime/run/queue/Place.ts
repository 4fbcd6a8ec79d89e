/**
 * The order in which waiting runs are taken. A priority is worth a head start and no more: a run that waits is passed by
 * such others alone that were submitted within that time after it, so that none waits for ever.
 */

/** The head start of one step of priority, in milliseconds. */
export const headStart = 10 * 60 * 1000

/** The bounds of a priority: what is beyond them is no priority but a wish to own the queue. */
export const least = -100
export const most = 100

/** Finds the place of a run, of which the lowest is taken first, from its priority and the time of its submission. */
export const of = (priority: number, submitted: number): number => submitted - priority * headStart
