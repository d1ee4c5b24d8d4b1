/**
 * Holds all requests but those of the session and the contact, while the page was opened without the platform: the cookie may be
 * another operator's, and the platform has not confirmed the session.
 */

let isHeldNow = false;

export function holdRequests(): void {
  isHeldNow = true;
}

export function releaseRequests(): void {
  isHeldNow = false;
}

export const areRequestsHeld = (): boolean => isHeldNow;

/** Whether a request must wait. @param url its URL or path */
export function isHeld(url: string): boolean {
  return (
    isHeldNow && !/^(?:https?:\/\/[^/]+)?\/api\/v1\/(?:sessions|sessions\/current|devices\/\w+\/contact)$/.test(url)
  );
}
