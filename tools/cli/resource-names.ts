/** Returns a resource name for a code, an ID or a resource name; an empty text stays empty. */
export function toResourceName(collection: string, text: string): string {
  return text === '' || text.includes('/') ? text : `${collection}/${text}`;
}
