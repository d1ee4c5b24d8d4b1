/** Fragment of the address of an application that opens at the box for a message. */
export const REPLY_FRAGMENT = '#reply';
