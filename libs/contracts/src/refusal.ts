/** Why a message was refused; `fields` are the names of those that are wrong. */
export interface Refusal {
  cause: string;
  fields: string[];
}

/** A message that could not be used: where it stands and why, never what it says. */
export interface RefusedMessage extends Refusal {
  /** Without the prefix. */
  topic: string;
  partition: number;
  offset: string;
  /** As `offset`, or later when the refusal stands for a batch that was passed over unread. */
  lastOffset: string;
}
