const RIGHT_PATTERN =
  /^(?:[A-Z]+-[0-9]{2,6}:(?:specialist|centre-manager)|[a-z][a-z0-9-]{0,39}:agency-(?:clerk|manager)|supervisor|support)$/;

/**
 * Returns the rights in the named attributes, as `CU-001:specialist`, `asp:agency-clerk` or `supervisor`.
 * Values of another form are ignored.
 */
export function assertedRights(attributes: ReadonlyMap<string, readonly string[]>, names: readonly string[]): string[] {
  const values = names.flatMap((name) => attributes.get(name) ?? []).map((value) => value.trim());
  return [...new Set(values)].filter((value) => RIGHT_PATTERN.test(value));
}
