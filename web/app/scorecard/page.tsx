import { ScorecardPage } from '../../features/scorecard/scorecard-page.tsx';

export const metadata = { title: 'Scorecard' };

export default function Page() {
  return <ScorecardPage />;
}
