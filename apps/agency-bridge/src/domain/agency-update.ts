/** Meaning of an agency's reply, as intake receives it. */

/** Text from an agency to an applicant, by language; '' if absent. */
export interface LocalizedText {
  ro: string;
  ru: string;
  en: string;
}

/** A document of a result, which the service documents holds. */
export interface ResultDocument {
  /** documents/{id} */
  document: string;
  mediaType: string;
  /** In bytes. */
  size: number;
  /** Of the content, lower-case hexadecimal. */
  sha256: string;
  pages: number;
}

/** A result; '' for absent members. */
export interface Result {
  resultKind: string;
  resultNumber: string;
  verificationCode: string;
  /** yyyy-MM-dd */
  validUntil: string;
  /** Checked documents; they replace earlier ones. */
  resultDocuments: ResultDocument[];
  /** https address. */
  verificationUrl: string;
}

/** Instructions and last day to appeal a rejection; '' without a date. */
export interface Appeal {
  instructions: LocalizedText;
  /** yyyy-MM-dd */
  deadline: string;
}

/** Meaning of a reply; each is an event of cups.agencybridge.v1. */
export type AgencyUpdate =
  | { type: 'DeliveryAcknowledged' }
  /** `expectedDecisionDate` is yyyy-MM-dd, or '' without one. */
  | { type: 'DeliveryProgressed'; note: string; expectedDecisionDate: string }
  | {
      type: 'DeliveryDocumentsRequested';
      evidenceKinds: string[];
      documents: { kind: string; note?: string }[];
      message: LocalizedText | null;
      answerBy: string;
    }
  | ({
      type: 'DeliveryDecided';
      approved: boolean;
      reason: LocalizedText | null;
      decideTime: Date;
      appeal: Appeal | null;
    } & Result)
  | ({ type: 'DeliveryResultCorrected'; reason: LocalizedText } & Result)
  | { type: 'DeliveryResultRevoked'; reason: LocalizedText }
  /** `competentAgency` is the code of the other agency. */
  | { type: 'DeliveryPassedOn'; competentAgency: string; reason: LocalizedText }
  /** `answers` is the number of the desk's message, 0 for none. */
  | { type: 'DeliveryMessageReceived'; text: string; language: string; answers: number };
