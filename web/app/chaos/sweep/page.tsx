import { SweepPage } from '../../../features/sweep/sweep-page.tsx';

export const metadata = { title: 'Sweep' };

export default function Page() {
  return <SweepPage />;
}
