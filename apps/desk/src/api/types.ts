import type { components, paths } from '../../gen/api.ts';

/** The shapes of the published document by the names that the page uses. */

type Schemas = components['schemas'];
export type Application = Schemas['Application'];
export type ApplicationDetails = Schemas['ApplicationFile'];
export type ApplicationAction = Schemas['ApplicationAction'];
export type ApplicationRow = Schemas['ApplicationRow'];
export type QueuePage = Schemas['QueuePage'];
export type Bucket = Schemas['Bucket'];
export type Session = Schemas['Session'];
/** One of those of the operator who asks. */
export type OwnSession = Schemas['OwnSession'];
export type Operator = Schemas['Operator'];
export type Centre = Schemas['Centre'];
export type Catalog = Schemas['Registry'];
export type Agency = Schemas['Agency'];
export type PublicService = Schemas['PublicService'];
export type PublicServiceVersion = Schemas['PublicServiceVersion'];
export type Person = Schemas['Person'];
export type Contact = Schemas['Contact'];
export type Mandate = Schemas['Mandate'];
export type Evidence = Schemas['Evidence'];
export type Money = Schemas['Money'];
export type Notice = Schemas['Notice'];
export type Submission = Schemas['Submission'];
export type AccessLogEntry = Schemas['Look'];
export type Problem = Schemas['Problem'];
export type LocalizedText = Schemas['LocalizedText'];
export type CostOption = NonNullable<PublicServiceVersion['costOptions']>[number];
/** What a tracking number tells. */
export type TrackedApplication = paths['/api/v1/tracking']['post']['responses'][200]['content']['application/json'];
export type StatisticsRow = Schemas['StatisticsRow'];
export type AgencyDelivery = Schemas['AgencyDelivery'];
export type RefusedMessage = Schemas['RefusedMessage'];
/** One of the staff, as seen from a centre or as a whole. */
export type TeamMember = Schemas['TeamMember'];
/** What was done to one of the staff. */
export type OperatorAction = Schemas['OperatorAction'];
