/** What is known of a refused message and may be kept: never what it says. */
export interface RefusalDetail {
  /** Where it can be one. */
  id?: string;
  /** Where it is a type of its topic. */
  type?: string;
  /** applications/{id}, where it is one of its sender's. */
  application?: string;
  violations: { field: string; rule: string }[];
  /** Code of the agency that says it; '' where it says no known one. */
  agency: string;
  /** Its sender was told of it already. */
  told: boolean;
}

/** Why a message was refused; `fields` are the names of those that are wrong. */
export interface Refusal {
  cause: string;
  fields: string[];
  detail?: RefusalDetail;
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
