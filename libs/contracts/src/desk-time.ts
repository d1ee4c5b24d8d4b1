/** Maximum time without contact, in hours, in which a device works with one offline grant. */
export const MAX_OFFLINE_HOURS = 72;
/** Maximum difference between the clock of a device and that of the platform, within which a claim is bounded. */
const MAX_CLOCK_SKEW_MS = 60_000;

/** When an act without a line happened by the clock of its desk, and what bounds that claim. */
export interface DeskTime {
  time: Date;
  /** `devices/{id}` */
  device: string;
  /** Counts the acts of the device. */
  sequence: number;
  /** Request ID of the act before on the device, a UUID; absent for the first. */
  previous?: string;
  /** Time of the last contact by the platform's clock. */
  anchorTime: Date;
  /** Whether the claim is between that contact and the arrival, within the life of the grant. */
  isBounded: boolean;
}

/** Returns the desk time of a claim under an offline grant. @param arrival when the platform received the act */
export function boundDeskTime(
  { time, sequence, previous }: Pick<DeskTime, 'time' | 'sequence' | 'previous'>,
  { device, anchorTime, expireTime }: Pick<DeskTime, 'device' | 'anchorTime'> & { expireTime: Date },
  arrival: Date,
): DeskTime {
  const earliest = anchorTime.getTime() - MAX_CLOCK_SKEW_MS;
  const latest = Math.min(expireTime.getTime(), arrival.getTime() + MAX_CLOCK_SKEW_MS);
  const isBounded = time.getTime() >= earliest && time.getTime() <= latest;
  return { time, device, sequence, ...(previous === undefined ? {} : { previous }), anchorTime, isBounded };
}

/**
 * Returns when an act happened: a bounded claim, clamped between the last contact and its arrival; otherwise the
 * arrival.
 */
export function occurTimeOf({ time, anchorTime, isBounded }: DeskTime, arrival: Date): Date {
  if (!isBounded) return arrival;
  const claimed = time < anchorTime ? anchorTime : time;
  return claimed > arrival ? arrival : claimed;
}
