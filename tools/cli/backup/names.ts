/** Names in events and in stores. */

/** Returns the ID in a resource name, or the last segment of another name. */
export const idOf = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

/** Returns who made an act, as stores have it. Entries for the journal hold no name of an administrator. */
export const storedActorOf = (actor: string): string => (actor.startsWith('operators/') ? actor : 'administrator');
