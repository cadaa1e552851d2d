import { CompareRunsPage } from '../../../features/run-compare/compare-page.tsx';

export const metadata = { title: 'Compare runs' };

export default function Page() {
  return <CompareRunsPage />;
}
