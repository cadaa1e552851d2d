import { ComparePage } from '../../../features/trace-compare/compare-page.tsx';

export const metadata = { title: 'Compare traces' };

export default function Page() {
  return <ComparePage />;
}
