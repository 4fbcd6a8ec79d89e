/**
 * Charts on a page whose policy lets nothing in that says by itself how it looks.
 */
import * as Chart from "../../report/html/Chart.ts"
import { type Html, trusted } from "../../report/html/Html.ts"

/** Takes attributes out that say how an element looks: the page's own rules do. */
export const unstyled = (markup: Html): Html => trusted(markup.toString().replace(/ style="[^"<>]*"/g, ""))

/** Draws charts, one figure after the other. */
export const draw = async (charts: ReadonlyArray<Chart.Chart>): Promise<ReadonlyArray<Html>> => (await Chart.draw(charts)).map(unstyled)
