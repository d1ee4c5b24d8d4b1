import type { components, operations } from '../../gen/api.ts';

/** Schemas of the OpenAPI document, under the names that the page uses. */

type Schemas = components['schemas'];
export type Application = Schemas['Application'];
/** Details as the platform sends them; from the offline copy, with the time at which they were current. */
export type ApplicationDetails = Schemas['ApplicationDetails'] & { copyTime?: string };
export type ApplicationAction = Schemas['ApplicationAction'];
export type ApplicationRow = Schemas['ApplicationRow'];
/** A page of the queue; from the offline copy, with its time. */
export type QueuePage = Schemas['QueuePage'] & { copyTime?: string };
export type Bucket = Schemas['Bucket'];
export type Session = Schemas['Session'];
/** A session of the caller. */
export type OwnSession = Schemas['OwnSession'];
export type Operator = Schemas['Operator'];
export type Centre = Schemas['Centre'];
export type Catalog = Schemas['Catalog'];
export type Agency = Schemas['Agency'];
export type AgencyActivity = Schemas['AgencyActivity'];
export type AgencyChannel = Schemas['AgencyChannel'];
/** What the page of an agency shows from the catalog. */
export type AgencyCatalog = Schemas['AgencyCatalog'];
/** A text for the person, as a start for a clerk. */
export type TextTemplate = Schemas['TextTemplate'];
export type PublicService = Schemas['PublicService'];
export type PublicServiceVersion = Schemas['PublicServiceVersion'];
export type Person = Schemas['Person'];
export type Contact = Schemas['Contact'];
export type Mandate = Schemas['Mandate'];
/** A mandate that the centre holds. Rows of lists lack its text and code. */
export type StoredMandate = Schemas['StoredMandate'];
/** What the holder of a mandate's code sees. */
export type TrackedMandate = Schemas['TrackedMandate'];
/** An application of a mandate, as the holder of the code sees it. */
export type TrackedMandateApplication = Schemas['TrackedMandateApplication'];
export type MandateRevocation = Schemas['MandateRevocation'];
/** A one-time code, without its digits. */
export type MandateSupportingCode = Schemas['MandateSupportingCode'];
export type MandateScope = Schemas['MandateScope'];
export type Evidence = Schemas['Evidence'];
export type Money = Schemas['Money'];
export type Notice = Schemas['Notice'];
export type Submission = Schemas['Submission'];
export type AccessLogEntry = Schemas['AccessLogEntry'];
export type Problem = Schemas['Problem'];
export type LocalizedText = Schemas['LocalizedText'];
export type CostOption = NonNullable<PublicServiceVersion['costOptions']>[number];
/** The response to a tracking number. */
export type TrackedApplication = Schemas['TrackedApplication'];
export type StatisticsRow = Schemas['StatisticsRow'];
export type AgencyDocument = Schemas['AgencyDocument'];
export type ConversationMessage = Schemas['ConversationMessage'];
export type AgencyDelivery = Schemas['AgencyDelivery'];
export type AgencyStage = Schemas['AgencyStage'];
/** A delivery in the queue of an agency's page. */
export type AgencyQueueRow = Schemas['AgencyQueueRow'];
/** A delivery with the application as it was filed with the agency. */
export type AgencyDeliveryDetails = Schemas['AgencyDeliveryDetails'];
export type RefusedMessage = Schemas['RefusedMessage'];
/** What the collecting centre sees of another centre's application. */
export type Collection = Schemas['Collection'];
export type Erasure = Schemas['Erasure'];
export type DataState = Schemas['DataState'];
export type DocumentHold = Schemas['DocumentHold'];
/** An act of a suspended operator that waits for a decision, without its content. */
export type QuarantinedAct = Schemas['QuarantinedAct'];
export type ChainBreak = Schemas['ChainBreak'];
export type QuarantinedActDetails = NonNullable<
  operations['getQuarantinedAct']['responses']['200']['content']['application/json']
>;
/** A write as the desk hands it in. */
export type HandedInAct = Schemas['HandedInAct'];
export type SealedActOutcome = Schemas['SealedActOutcome'];
export type HandInResult = operations['handInActs']['responses']['200']['content']['application/json'];
export type UncollectedResult = Schemas['UncollectedResult'];
export type EscalatedApplication = Schemas['EscalatedApplication'];
export type UndecidedAgency = Schemas['UndecidedAgency'];
/** A staff member, seen from a centre or the platform. */
export type TeamMember = Schemas['TeamMember'];
/** A browser profile on one PC, for one operator. */
export type Device = Schemas['Device'];
/** An entry of a staff member's history. */
export type OperatorAction = Schemas['OperatorAction'];
