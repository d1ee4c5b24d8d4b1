/**
 * The number that the address carries after #, where a QR code puts it, taken out of it: it is a secret of its holder, and the next at
 * this screen finds it neither in the bar nor by going back.
 * @returns '' when there is none
 */
export function takeTrackingNumber(): string {
  const { hash, pathname } = window.location;
  if (hash === '') return '';
  window.history.replaceState(null, '', pathname);
  return decodeOrRaw(hash.slice(1));
}

/** What is no percent-encoding is taken as it stands. */
function decodeOrRaw(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
