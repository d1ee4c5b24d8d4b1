import type { Content } from '@cups/application';

type Contact = NonNullable<Content['contact']>;

/** The texts of a contact, in the order in which review, details and printouts show them. */
const SHOWN: Record<Exclude<keyof Contact, 'none'>, true> = { email: true, phone: true };

/** Returns the texts of a contact, separated by commas. Apart from its form, whose labels the first screen does not need. */
export const contactText = (contact: Contact | undefined): string =>
  (Object.keys(SHOWN) as (keyof typeof SHOWN)[]).flatMap((name) => contact?.[name] || []).join(', ');
