/** What a visitor of the page looks for. */
export interface TrackingRequest {
  view: 'application' | 'mandate';
  /** A scanned tracking number, or code of a mandate; '' without one. */
  number: string;
}

/** The fragment on printed mandates: alone, or before the code in the QR code. */
const MANDATE_FRAGMENT = /^mandate(?:=([0-9A-Za-z-]{1,64}))?$/;

/**
 * Takes the request from the URL fragment, and removes it. A number or code is a secret of its holder: no server receives the
 * fragment, and the next user finds it neither in the address bar nor in the history.
 */
export function takeTrackingRequest(): TrackingRequest {
  const { hash, pathname } = window.location;
  if (hash === '') return { view: 'application', number: '' };
  window.history.replaceState(null, '', pathname);
  const fragment = decodeOrRaw(hash.slice(1));
  const mandate = MANDATE_FRAGMENT.exec(fragment);
  if (mandate) return { view: 'mandate', number: mandate[1] ?? '' };
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
