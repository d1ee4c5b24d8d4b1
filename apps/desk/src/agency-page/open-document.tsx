import type { AgencyDocument } from '../api/types.ts';
import { ViewDocument } from '../documents/view-document.tsx';
import { agencyContentPath } from './agency-documents-api.ts';

interface OpenDocumentProps {
  /** Last part of deliveries/{id}. */
  delivery: string;
  document: Pick<AgencyDocument, 'id' | 'mediaType'>;
  title: string;
}

/** Opens a document of a delivery in the viewer. Each reading is in the access log of the person. */
export const OpenDocument = ({ delivery, document: { id, mediaType = '' }, title }: OpenDocumentProps) => (
  <ViewDocument
    document={{ name: `documents/${id}`, mediaType }}
    path={agencyContentPath(delivery, id)}
    title={title}
  />
);
