/** How fast the line is, by the round trips of the last requests. */

/** A line whose fastest recent round trip takes longer is slow, in ms. A busy platform delays some responses, not all. */
const SLOW_ROUND_TRIP_MS = 500;
const MAX_ROUND_TRIPS = 8;
/** One response says too little. */
const MIN_ROUND_TRIPS = 3;

let roundTrips: readonly number[] = [];

/** Records the time from a request to its response, in ms. */
export function recordRoundTrip(ms: number): void {
  roundTrips = [...roundTrips, ms].slice(-MAX_ROUND_TRIPS);
}

export const isLineSlow = (): boolean =>
  roundTrips.length >= MIN_ROUND_TRIPS && Math.min(...roundTrips) > SLOW_ROUND_TRIP_MS;
