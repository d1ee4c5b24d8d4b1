import { lazy, Suspense, useState } from 'react';
import type { AgencyDocument } from '../api/types.ts';
import { ViewButton } from '../documents/view-button.tsx';
import { agencyContentPath } from './agency-documents-api.ts';

const ViewerDialog = lazy(() => import('../documents/viewer.tsx'));

interface OpenDocumentProps {
  /** Last part of deliveries/{id}. */
  delivery: string;
  document: Pick<AgencyDocument, 'id' | 'mediaType'>;
  title: string;
}

/** Opens a document of a delivery in the viewer. Each reading is in the access log of the person. */
export function OpenDocument({ delivery, document: { id, mediaType = '' }, title }: OpenDocumentProps) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <ViewButton title={title} onView={() => setIsOpen(true)} />
      {isOpen && (
        <Suspense fallback={null}>
          <ViewerDialog
            document={{ name: `documents/${id}`, mediaType }}
            path={agencyContentPath(delivery, id)}
            title={title}
            onClose={() => setIsOpen(false)}
          />
        </Suspense>
      )}
    </>
  );
}
