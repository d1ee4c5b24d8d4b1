/**
 * Options of a read that the access log of an application records. Opening a screen is a read by a person; a return to the
 * window is none, so the page does not repeat the read then.
 */
export const RECORDED_READ = { refetchOnWindowFocus: false } as const;
