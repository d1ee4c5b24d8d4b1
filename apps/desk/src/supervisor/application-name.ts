/** A ULID, alone or at the end of a name or an address. */
const APPLICATION = /(?:^|applications\/)([0-7][0-9A-HJKMNP-TV-Z]{25})$/;

/** Returns applications/{id} for an ID, a name or an address of an application, or undefined. */
export function parseApplicationName(text: string): string | undefined {
  const id = APPLICATION.exec(
    text
      .trim()
      .replace(/\/$/, '')
      .replace(/[a-z0-9]{26}$/, (typed) => typed.toUpperCase()),
  )?.[1];
  return id && `applications/${id}`;
}
