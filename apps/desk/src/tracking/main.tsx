import { createRoot } from 'react-dom/client';

createRoot(document.getElementById('tracking') as HTMLElement).render(<h1>CUPS</h1>);
