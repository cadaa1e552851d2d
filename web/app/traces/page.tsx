import { TracesPage } from '../../features/traces/traces-page.tsx';

export const metadata = { title: 'Traces' };

export default function Page() {
  return <TracesPage />;
}
