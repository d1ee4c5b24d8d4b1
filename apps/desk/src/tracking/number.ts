/**
 * The number that the address carries after #, where a QR code puts it, taken out of it: it is a secret of its holder, and the next at
 * this screen finds it neither in the bar nor by going back.
 * @returns '' when there is none
 */
export function takeNumber(): string {
  const { hash, pathname } = window.location;
  if (hash === '') return '';
  window.history.replaceState(null, '', pathname);
  return readable(hash.slice(1));
}

/** What is no percent-encoding is taken as it stands. */
function readable(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
