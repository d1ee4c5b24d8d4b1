/** What a visitor of the page looks for. */
export interface TrackingRequest {
  view: 'application' | 'mandate';
  /** A scanned tracking number; '' without one. Codes of mandates are typed, never in a URL. */
  number: string;
}

/** The fragment on printed mandates. */
const MANDATE_FRAGMENT = 'mandate';

/**
 * Takes the request from the URL fragment, and removes it. A tracking number is a secret of its holder: the next user
 * finds it neither in the address bar nor in the history.
 */
export function takeTrackingRequest(): TrackingRequest {
  const { hash, pathname } = window.location;
  if (hash === '') return { view: 'application', number: '' };
  window.history.replaceState(null, '', pathname);
  const fragment = decodeOrRaw(hash.slice(1));
  if (fragment === MANDATE_FRAGMENT) return { view: 'mandate', number: '' };
  return { view: 'application', number: fragment };
}

/** Text that is not percent-encoded is returned unchanged. */
function decodeOrRaw(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
