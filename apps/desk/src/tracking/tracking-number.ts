/**
 * Returns the tracking number from the URL fragment, and removes it. The number is a secret of its holder: the next
 * user finds it neither in the address bar nor in the history.
 * @returns '' without a number
 */
export function takeTrackingNumber(): string {
  const { hash, pathname } = window.location;
  if (hash === '') return '';
  window.history.replaceState(null, '', pathname);
  return decodeOrRaw(hash.slice(1));
}

/** Text that is not percent-encoded is returned unchanged. */
function decodeOrRaw(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
