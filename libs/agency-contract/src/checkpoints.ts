/** Topic of the journal's signed checkpoints, without the installation's prefix. Every agency may read it. */
export const CHECKPOINTS_TOPIC = 'cups.checkpoints';
